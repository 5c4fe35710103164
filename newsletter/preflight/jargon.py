"""The editors' list of words their readers do not use, each with a plainer one.

What a new installation knows stands in the migration that made the table; from then on
the list is the editors' own.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.errors import NewsletterError
from newsletter.preflight.models import JargonWord
from subscribers import typed

WORD_MOST = 60
INSTEAD_MOST = 120


class UnknownJargon(NewsletterError):
    def __init__(self, word: str) -> None:
        super().__init__(
            f"{typed.shown(word)} is not on the list. `buurtpost jargon list` shows it."
        )


def all_words(session: Session) -> list[JargonWord]:
    """By the alphabet."""
    return [*session.scalars(select(JargonWord).order_by(JargonWord.word))]


def add_word(session: Session, *, word: str, instead: str, now: datetime) -> JargonWord:
    """Put a word on the list, or give one that is there another plain word.

    Raises BadLine for what is empty, too long or not one line.
    """
    word = typed.line(word, what="word", most=WORD_MOST).casefold()
    instead = typed.line(instead, what="plainer word", most=INSTEAD_MOST)
    known = session.get(JargonWord, word)
    if known is None:
        known = JargonWord(word=word, instead=instead, added_at=now)
        session.add(known)
    known.instead = instead
    session.flush()
    return known


def remove_word(session: Session, word: str) -> None:
    """Raises UnknownJargon."""
    known = session.get(JargonWord, " ".join(word.split()).casefold())
    if known is None:
        raise UnknownJargon(word)
    session.delete(known)
    session.flush()


def jargon_in(text: str, known: Iterable[JargonWord]) -> Iterator[tuple[str, str]]:
    """Each word of the list a text uses, as it stands there, and what to say instead.

    Plurals and other endings count: *stakeholders*, *faciliteerde* does not.
    """
    plain = " ".join(text.split())
    for one in known:
        ending = r"(?:s|'s|n|en|e|de|te)?"
        pattern = rf"(?<!\w){re.escape(one.word)}{ending}(?!\w)"
        if found := re.search(pattern, plain, re.IGNORECASE):
            yield found[0], one.instead
