"""Pieces of the library: put in, replaced, found.

A knowledge item is the same kind of row as a story; ``kind`` says which.
"""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import media
from newsletter.library import versions
from newsletter.library.bodies import Format, body_from
from newsletter.library.errors import BadItem, ItemExists, UnknownItem
from newsletter.library.files import Draft
from newsletter.library.index import index_item
from newsletter.library.models import (
    ItemKind,
    KnowledgeLink,
    LibraryAlias,
    LibraryItem,
)
from newsletter.library.words import summarise
from newsletter.partners.partners import find_partner
from newsletter.settings import Settings
from subscribers import regions as gazetteer
from subscribers import typed

TITLE_MOST = 200
SUMMARY_MOST = 500
URL_MOST = 2000
NAME_MOST = 100  # a person, a theme
LANGUAGES = ("nl", "en", "fy")


def add_item(
    session: Session,
    settings: Settings,
    *,
    slug: str,
    kind: ItemKind,
    title: str,
    body: str,
    format: Format,  # noqa: A002 - the column's name
    summary: str | None = None,
    url: str | None = None,
    published_on: date | None = None,
    people: Iterable[str] = (),
    regions: Iterable[str] = (),
    themes: Iterable[str] = (),
    image: bytes | Path | None = None,
    image_alt: str | None = None,
    image_credit: str | None = None,
    keep_image: bool = False,
    partner: str | None = None,
    source: str | None = None,
    licence: str | None = None,
    language: str = "nl",
    replace: bool = False,
    by: str = versions.OPERATOR,
    now: datetime,
) -> LibraryItem:
    """Put a piece in the library; raise BadItem, ItemExists or what its parts raise.

    ``replace`` gives the piece of that slug all these values and keeps its links;
    with ``keep_image`` also its picture. ``summary`` None is made from the first
    sentences, ``regions`` are names or CBS codes, ``partner`` is a slug. ``by`` is who
    did it, for its history.
    """
    slug = typed.slug(slug, what="slug of the piece")
    item = _find(session, slug)
    if item and not replace:
        raise ItemExists(slug)
    before = None
    if item:
        _refuse_other_side(session, item, kind)
        before = versions.content_of(item)
    else:
        item = LibraryItem(slug=slug, created_at=now)
    item.kind = kind
    item.title = typed.line(title, what="title", most=TITLE_MOST)
    item.body = body_from(body, format, title=item.title)
    item.summary = typed.line_or_none(
        summary, what="summary", most=SUMMARY_MOST
    ) or summarise(item.body)
    item.language = _language(language)
    item.url = _web_address(url)
    item.published_on = published_on
    item.people = _names(people, what="name of a person")
    item.themes = _names(themes, what="theme")
    item.regions = _codes(session, regions)
    item.partner = find_partner(session, partner) if partner else None
    if image is not None or not keep_image:
        _set_image(item, settings, image)
    item.image_alt = _alt(image_alt) if item.image else None
    item.image_credit = (
        typed.line_or_none(image_credit, what="credit of the picture", most=NAME_MOST)
        if item.image
        else None
    )
    item.source = typed.line_or_none(source, what="source", most=NAME_MOST)
    item.licence = typed.line_or_none(licence, what="licence", most=NAME_MOST)
    item.updated_at = now
    index_item(session, item)
    session.add(item)
    session.flush()
    versions.keep(session, item, before=before, by=by, now=now)
    return item


def add_draft(
    session: Session,
    settings: Settings,
    draft: Draft,
    *,
    slug: str | None = None,
    kind: ItemKind | None = None,
    partner: str | None = None,
    regions: Iterable[str] = (),
    replace: bool = False,
    by: str = versions.OPERATOR,
    now: datetime,
) -> LibraryItem:
    """Put in what a file told; what is given here goes before what the file says.

    Where both are silent on kind or partner, a replaced piece keeps its own.
    """
    slug = slug or draft.slug
    if not slug:
        raise BadItem("The file's name gives no slug. Give one with --slug.")
    known = _find(session, slug)
    known_partner = known.partner.slug if known and known.partner else None
    return add_item(
        session,
        settings,
        slug=slug,
        kind=kind or draft.kind or (known.kind if known else ItemKind.STORY),
        title=draft.title,
        body=draft.body,
        format=draft.format,
        summary=draft.summary,
        url=draft.url,
        published_on=draft.published_on,
        people=draft.people,
        regions=tuple(regions) or draft.regions,
        themes=draft.themes,
        image=draft.image,
        image_alt=draft.alt,
        image_credit=draft.credit,
        source=draft.source,
        licence=draft.licence,
        partner=partner or draft.partner or known_partner,
        language=draft.language or "nl",
        replace=replace,
        by=by,
        now=now,
    )


def find_item(session: Session, slug: str) -> LibraryItem:
    """The piece of a slug, also of a double's that became one with it.

    Raises UnknownItem.
    """
    item = _find(session, slug)
    if item is None:
        raise UnknownItem(slug, session.scalars(select(LibraryItem.slug)))
    return item


def items_of(session: Session, slugs: Iterable[str]) -> dict[str, LibraryItem]:
    """The pieces of several slugs, by these slugs; an unknown one is left out."""
    wanted = {_plain(slug) for slug in slugs}
    items = session.scalars(select(LibraryItem).where(LibraryItem.slug.in_(wanted)))
    found = {item.slug: item for item in items}
    if missing := wanted - set(found):
        of_doubles = select(LibraryAlias.slug, LibraryItem).join(
            LibraryItem, LibraryItem.id == LibraryAlias.item_id
        )
        for slug, item in session.execute(
            of_doubles.where(LibraryAlias.slug.in_(missing))
        ):
            found[slug] = item
    return found


def present_slugs(session: Session) -> dict[str, str]:
    """The slugs of doubles, and the slug of the piece each became."""
    pairs = select(LibraryAlias.slug, LibraryItem.slug).join(
        LibraryItem, LibraryItem.id == LibraryAlias.item_id
    )
    return dict(session.execute(pairs).all())


def _find(session: Session, slug: str) -> LibraryItem | None:
    return items_of(session, [slug]).get(_plain(slug))


def _plain(slug: str) -> str:
    return slug.replace("\0", "").strip()  # PostgreSQL refuses a NUL before it looks


def _refuse_other_side(session: Session, item: LibraryItem, kind: ItemKind) -> None:
    """A link goes from a story to knowledge: a linked piece stays on its side."""
    if item.is_story == (kind is ItemKind.STORY):
        return
    side = KnowledgeLink.story_id if item.is_story else KnowledgeLink.knowledge_id
    if session.scalar(select(func.count()).where(side == item.id)):
        raise BadItem(
            f"{item.slug!r} is linked as a {item.kind}, so it cannot become a {kind}. "
            "Take its links away first, or use another slug."
        )


def _set_image(
    item: LibraryItem, settings: Settings, image: bytes | Path | None
) -> None:
    if image is None:
        item.image = item.image_width = item.image_height = None
        return
    data = image if isinstance(image, bytes) else media.read(image)
    stored = media.store(settings.media, data)
    item.image = stored.hash
    item.image_width, item.image_height = stored.width, stored.height


def _alt(text: str | None) -> str | None:
    """None is undecided, "" is decoration."""
    if text is None:
        return None
    return typed.line_or_none(text, what="alt text", most=SUMMARY_MOST) or ""


def _names(names: Iterable[str], *, what: str) -> list[str]:
    return list(
        dict.fromkeys(typed.line(name, what=what, most=NAME_MOST) for name in names)
    )


def _codes(session: Session, regions: Iterable[str]) -> list[str]:
    return list(
        dict.fromkeys(gazetteer.find(session, region).code for region in regions)
    )


def _language(code: str) -> str:
    if code not in LANGUAGES:
        raise BadItem(
            f"The language {typed.shown(code)} is not known. "
            f"Use one of: {', '.join(LANGUAGES)}."
        )
    return code


def _web_address(text: str | None) -> str | None:
    url = typed.line_or_none(text, what="web address", most=URL_MOST)
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or " " in url:
        raise BadItem(
            f"{typed.shown(url)} is not a web address. It begins with https://."
        )
    return url
