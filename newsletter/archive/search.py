"""Searching what was sent: by the same stems as the desk, among what is public."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from newsletter.archive.issues import PublishedIssue, published
from newsletter.archive.public import public_slugs, still_shown
from newsletter.library.models import LibraryItem
from newsletter.library.search import find
from newsletter.library.stems import stems_of, words_of

WORDS_MOST = 100  # characters of a question
_PIECES_MOST = 50


@dataclass(frozen=True)
class Found:
    """What answers a question, the newest first."""

    pieces: tuple[LibraryItem, ...]
    issues: tuple[PublishedIssue, ...]

    def __bool__(self) -> bool:
        return bool(self.pieces or self.issues)


def search_archive(session: Session, words: str, *, day: date) -> Found:
    """Pieces with all these words, and issues with them in subject or preheader."""
    words = words[:WORDS_MOST]
    if not words_of(words):
        return Found((), ())
    pieces = find(session, words, only=public_slugs(session), limit=_PIECES_MOST)
    issues = [issue for issue in published(session) if _says(issue, words)]
    return Found(tuple(still_shown(pieces, day=day)), tuple(issues))


def _says(issue: PublishedIssue, words: str) -> bool:
    said = stems_of(f"{issue.subject} {issue.preheader}", issue.language)
    return all(
        any(one.startswith(asked) for one in said)
        for asked in stems_of(words, issue.language)
    )
