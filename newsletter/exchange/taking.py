"""From what a source says to a piece of the library, and to its new values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.exchange.models import PartnerFeed
from newsletter.exchange.reading import SourceEntry
from newsletter.library.bodies import Format
from newsletter.library.models import ItemKind, LibraryItem
from newsletter.library.stories import add_item, items_of
from newsletter.settings import Settings
from subscribers.typed import slug_of

_SLUG_MOST = 50


def feed_name(feed: PartnerFeed) -> str:
    """Who did what a feed did, in a piece's history."""
    return f"feed {feed.partner.slug}"


def put_in(
    session: Session,
    settings: Settings,
    feed: PartnerFeed,
    entry: SourceEntry,
    *,
    now: datetime,
) -> LibraryItem:
    """A story of the partner, under a slug of its own.

    Raises what the library raises for what it cannot hold.
    """
    return add_item(
        session,
        settings,
        slug=_free_slug(session, entry.title, feed.partner.slug),
        kind=ItemKind.STORY,
        title=entry.title,
        body=entry.body,
        format=Format.HTML,
        summary=entry.summary or None,
        url=entry.url,
        published_on=entry.published_on,
        people=entry.people,
        themes=entry.themes,
        partner=feed.partner.slug,
        language=entry.language,
        by=feed_name(feed),
        now=now,
    )


def revise(
    session: Session,
    settings: Settings,
    item: LibraryItem,
    values: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
) -> None:
    """Give a piece these values of its source; all its others stay.

    ``by``: who took them over, or whose feed it followed.
    """
    own = {
        name: getattr(item, name)
        for name in (
            *("title", "body", "summary", "url", "published_on", "people", "themes"),
            *("regions", "language", "image_alt", "image_credit", "source", "licence"),
        )
    }
    add_item(
        session,
        settings,
        slug=item.slug,
        kind=item.kind,
        format=Format.HTML,
        partner=item.partner.slug if item.partner else None,
        keep_image=True,
        replace=True,
        by=by,
        now=now,
        **{**own, **values},
    )


def _free_slug(session: Session, title: str, partner: str) -> str:
    """From the title, with a number behind it when another piece has it."""
    wanted = slug_of(title)[:_SLUG_MOST].strip("-") or partner
    if not items_of(session, [wanted]):
        return wanted
    first = 2
    while True:
        # Ten times as many each time: every piece of a feed may have the same title.
        tries = [f"{wanted}-{number}" for number in range(first, 10 * first)]
        taken = items_of(session, tries)
        if free := next((slug for slug in tries if slug not in taken), None):
            return free
        first *= 10
