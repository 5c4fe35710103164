"""What a piece said before: every change kept, with who made it and when.

The newest version is what the piece says now. A piece from before versions were kept
gets its first one at its first change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import media
from newsletter.library.errors import BadItem
from newsletter.library.index import index_item
from newsletter.library.models import (
    ItemKind,
    LibraryItem,
    LibraryVersion,
    VersionKind,
)
from newsletter.media import UnknownPicture
from newsletter.partners.models import Partner
from newsletter.settings import Settings

OPERATOR = "operator"  # who acts when nobody is signed in
# All that a person wrote about a piece, by its column's name.
FIELDS = (
    *("kind", "title", "summary", "body", "language", "url", "people", "regions"),
    *("themes", "image", "image_alt", "image_width", "image_height", "image_credit"),
    *("source", "licence"),
)
Content = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """One line of a piece's history."""

    version: LibraryVersion
    changed: tuple[str, ...]  # fields that differ from the version before; () at first


def content_of(item: LibraryItem) -> dict[str, Any]:
    """All of a piece as plain values, to keep or to compare."""
    return {
        **{name: getattr(item, name) for name in FIELDS},
        "published_on": item.published_on.isoformat() if item.published_on else None,
        "partner": item.partner.slug if item.partner else None,
    }


def keep(
    session: Session,
    item: LibraryItem,
    *,
    before: Content | None,
    kind: VersionKind = VersionKind.CHANGED,
    note: str = "",
    by: str,
    now: datetime,
) -> None:
    """Keep what the piece says now, unless it says what it said ``before``.

    ``before`` is its content before the change, None for a new piece.
    """
    content = content_of(item)
    if before is None:
        _add(session, item, content, VersionKind.ADDED, note, by, now)
        return
    if before == content:
        return
    if _last(session, item) == 0:
        made = item.created_at
        _add(session, item, before, VersionKind.ADDED, "", OPERATOR, made)
    _add(session, item, content, kind, note, by, now)


def keep_double(
    session: Session, item: LibraryItem, double: LibraryItem, *, by: str, now: datetime
) -> None:
    """Keep, in the history of a piece, what its double said before they became one."""
    if _last(session, item) == 0:
        made = item.created_at
        _add(session, item, content_of(item), VersionKind.ADDED, "", OPERATOR, made)
    said = content_of(double)
    _add(session, item, said, VersionKind.DOUBLE, double.slug, by, now)


def history(session: Session, item: LibraryItem) -> list[Change]:
    """Every version, the newest first, with what it changed."""
    versions = list(
        session.scalars(
            select(LibraryVersion)
            .where(LibraryVersion.item_id == item.id)
            .order_by(LibraryVersion.version)
        )
    )
    changes = []
    before: Content | None = None
    for version in versions:
        changes.append(Change(version, _differing(before, version.content)))
        if version.kind is not VersionKind.DOUBLE:  # it never was what this piece said
            before = version.content
    return changes[::-1]


def restore(
    session: Session,
    settings: Settings,
    item: LibraryItem,
    number: int,
    *,
    by: str,
    now: datetime,
) -> None:
    """Let a piece say again what it said; that is a version of its own.

    Raises BadItem when there is no such version. A partner or picture that is gone by
    now is left out.
    """
    version = session.get(LibraryVersion, (item.id, number))
    if version is None:
        raise BadItem(
            f"{item.slug!r} has no version {number}. It has 1 to "
            f"{_last(session, item) or 'none yet'}."
        )
    before = content_of(item)
    said = dict(version.content)
    if (said["kind"] == ItemKind.STORY) != item.is_story:
        said["kind"] = item.kind  # its links and uses are those of this side
    for name in FIELDS:
        setattr(item, name, said[name])
    day = said["published_on"]
    item.published_on = date.fromisoformat(day) if day else None
    item.partner = session.scalar(
        select(Partner).where(Partner.slug == (said["partner"] or ""))
    )
    if item.image and not _is_kept(settings, item.image):
        item.image = item.image_alt = item.image_credit = None
        item.image_width = item.image_height = None
    item.updated_at = now
    index_item(session, item)
    session.flush()
    keep(
        session,
        item,
        before=before,
        kind=VersionKind.RESTORED,
        note=str(number),
        by=by,
        now=now,
    )


def _differing(before: Content | None, after: Content) -> tuple[str, ...]:
    if before is None:
        return ()
    # Not in the order of the document: PostgreSQL keeps none.
    names = (*FIELDS, "published_on", "partner")
    return tuple(name for name in names if after[name] != before.get(name))


def _last(session: Session, item: LibraryItem) -> int:
    numbers = select(func.max(LibraryVersion.version)).where(
        LibraryVersion.item_id == item.id
    )
    return session.scalar(numbers) or 0


def _add(
    session: Session,
    item: LibraryItem,
    content: Content,
    kind: VersionKind,
    note: str,
    by: str,
    at: datetime,
) -> None:
    session.add(
        LibraryVersion(
            item_id=item.id,
            version=_last(session, item) + 1,
            kind=kind,
            note=note,
            by=by,
            at=at,
            content=dict(content),
        )
    )
    session.flush()


def _is_kept(settings: Settings, image: str) -> bool:
    try:
        media.path_of(settings.media, image)
    except UnknownPicture:
        return False
    return True
