"""Recognising a text: the hashes of its long sentences.

Who takes a story over adds a line about where it came from, drops a paragraph, or shows
only the beginning; most sentences stay as they are.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session

from newsletter.exchange.models import Print, Sentence
from newsletter.library.models import LibraryItem
from newsletter.library.words import searchable, text_of

LEAST_WORDS = 8  # shorter sentences are everybody's
MOST_SENTENCES = 60
_AT_ONCE = 500
_SHARE = 0.5

_ENDS = re.compile(r"[.!?…]+\s+|\n+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Match:
    """A piece of the library that has the same sentences."""

    item: LibraryItem
    sentences: int  # both have


def sentences_of(summary: str, body: str) -> frozenset[int]:
    """Hashes of the long sentences, at most MOST_SENTENCES, the first ones."""
    found: dict[int, None] = {}
    for sentence in _ENDS.split(searchable_lines(f"{summary}\n{text_of(body)}")):
        words = _WORD.findall(sentence)
        if len(words) >= LEAST_WORDS:
            found[_hash(" ".join(words))] = None
            if len(found) == MOST_SENTENCES:
                break
    return frozenset(found)


def searchable_lines(text: str) -> str:
    """No capitals, no accents; the lines stay."""
    return "\n".join(searchable(line) for line in text.split("\n"))


def look_alike(
    session: Session, *, title: str, sentences: frozenset[int], partner: int | None
) -> Match | None:
    """The piece of ours (``partner`` None) or of a partner that is this text.

    Half of its sentences must be there, and two at least; of a text so short that it
    has one, the title must be the same too.
    """
    if not sentences:
        return None
    same = func.count(Sentence.hash)
    owner = (
        LibraryItem.partner_id.is_(None)
        if partner is None
        else LibraryItem.partner_id == partner
    )
    row = session.execute(
        select(LibraryItem, same)
        .join(Sentence, Sentence.item_id == LibraryItem.id)
        .where(Sentence.hash.in_(sentences), owner)
        .group_by(LibraryItem.id)
        .order_by(same.desc(), LibraryItem.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    item, count = row
    if count < _SHARE * len(sentences):
        return None
    if count < 2 and searchable(item.title) != searchable(title):
        return None
    return Match(item, count)


def refresh(session: Session, *, now: datetime) -> int:
    """Know the sentences of every piece that is new or was changed; how many were."""
    stale = session.scalars(
        select(LibraryItem)
        .outerjoin(Print, Print.item_id == LibraryItem.id)
        .where(or_(Print.made_at.is_(None), Print.made_at < LibraryItem.updated_at))
        .order_by(LibraryItem.id)
        .limit(_AT_ONCE)
    ).all()
    remember(session, stale, now=now)
    return len(stale)


def remember(session: Session, items: Iterable[LibraryItem], *, now: datetime) -> None:
    """Write down the sentences of these pieces as they are now."""
    items = list(items)
    if not items:
        return
    ids = [item.id for item in items]
    if session.scalar(select(Print.item_id).where(Print.item_id.in_(ids)).limit(1)):
        session.execute(delete(Sentence).where(Sentence.item_id.in_(ids)))
        session.execute(delete(Print).where(Print.item_id.in_(ids)))
    session.execute(
        insert(Print),
        [
            # Not before the piece itself: clocks of two machines differ.
            {"item_id": item.id, "made_at": max(now, item.updated_at)}
            for item in items
        ],
    )
    rows = [
        {"hash": one, "item_id": item.id}
        for item in items
        for one in sentences_of(item.summary, item.body)
    ]
    if rows:
        session.execute(insert(Sentence), rows)


def _hash(words: str) -> int:
    digest = hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
