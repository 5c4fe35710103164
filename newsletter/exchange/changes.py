"""*Source changed*: what differs, and the two answers an editor can give.

Take over makes the piece say what its source says now. Keep ours leaves the piece and
asks again only when the source changes once more.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.exchange import taking
from newsletter.exchange.errors import NotFromAFeed, NothingChanged
from newsletter.exchange.intake import RESTLESS
from newsletter.exchange.layers import (
    FIELDS,
    changed_at_source,
    changed_by_us,
    prints_of,
)
from newsletter.exchange.models import SourceItem, leading
from newsletter.exchange.reading import SourceEntry
from newsletter.library.models import LibraryItem
from newsletter.library.words import text_of
from newsletter.settings import Settings

# An end of a line is a token of its own: the last word of a text has none behind it.
_TOKEN = re.compile(r"\n|[^ \n]+ *| +")


@dataclass(frozen=True)
class Piece:
    """A stretch of text: the same in both, only before, or only after."""

    kind: str  # same, gone, new
    text: str


@dataclass(frozen=True)
class Difference:
    """One field that changed at the source, in words."""

    field: str
    ours_changed: bool  # an editor changed it too: taking over loses that
    ours: str
    pieces: tuple[Piece, ...]  # from what the source said before to what it says now


def undecided(session: Session) -> Sequence[SourceItem]:
    """Pieces whose source changed, the longest waiting first."""
    return session.scalars(
        select(SourceItem)
        .where(SourceItem.changed_at.is_not(None), leading())
        .order_by(SourceItem.changed_at, SourceItem.id)
    ).all()


def source_of(session: Session, item: LibraryItem) -> SourceItem | None:
    """What a piece came from; None when it did not come by a feed.

    Of several, since doubles became one, the one that waits for an answer.
    """
    return session.scalars(
        select(SourceItem)
        .where(SourceItem.item_id == item.id, leading())
        .order_by(SourceItem.changed_at.is_(None), SourceItem.id)
        .limit(1)
    ).first()


def differences(row: SourceItem) -> tuple[Difference, ...]:
    """Field by field, for a piece that is undecided."""
    item = row.item
    assert item is not None
    before, now = SourceEntry.of(row.taken), SourceEntry.of(row.source)
    changed, ours = changed_at_source(before, now), changed_by_us(row, item)
    return tuple(
        Difference(
            field=field.name,
            ours_changed=field.name in ours,
            ours=_as_text(field.ours(item)),
            pieces=tuple(
                compare(_as_text(field.theirs(before)), _as_text(field.theirs(now)))
            ),
        )
        for field in FIELDS
        if field.name in changed
    )


def take_over(
    session: Session, settings: Settings, item: LibraryItem, *, by: str, now: datetime
) -> None:
    """Every field that changed at the source, also those we had changed."""
    row = _undecided(session, item)
    entry = SourceEntry.of(row.source)
    names = changed_at_source(SourceEntry.of(row.taken), entry)
    values = {name: getattr(entry, name) for name in names}
    taking.revise(session, settings, item, values, by=by, now=now)
    ours = prints_of(item)
    row.prints = {**row.prints, **{name: ours[name] for name in names}}
    _decide(row)


def keep_ours(session: Session, item: LibraryItem) -> None:
    row = _undecided(session, item)
    # What changes every time somebody looks would be asked about every hour.
    row.is_kept = row.changes >= RESTLESS
    _decide(row)


def _decide(row: SourceItem) -> None:
    row.taken = row.source
    row.changed_at = None


def _undecided(session: Session, item: LibraryItem) -> SourceItem:
    row = source_of(session, item)
    if row is None:
        raise NotFromAFeed(item.slug)
    if row.changed_at is None:
        raise NothingChanged(item.slug)
    return row


def compare(before: str, after: str) -> Iterable[Piece]:
    """Word by word; long texts that have little in common at once."""
    old, new = _tokens(before), _tokens(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=len(old) > 2000)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(old[i1:i2]))
            continue
        if i2 > i1:
            yield Piece("gone", "".join(old[i1:i2]))
        if j2 > j1:
            yield Piece("new", "".join(new[j1:j2]))


def _tokens(text: str) -> list[str]:
    """Words with the white space behind them, and the ends of lines."""
    return _TOKEN.findall(text)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(value)
    text = str(value)
    return text_of(text) if "<" in text else text
