"""Suggestions for knowledge links, each with its reason; a person makes the link.

For a story: knowledge that may lie behind it. For knowledge: stories that may show it.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from newsletter.library.knowledge import stories_of
from newsletter.library.models import KNOWLEDGE_KINDS, ItemKind, LibraryItem
from newsletter.library.similar import most_similar
from newsletter.library.terms import is_shown

WORDS_SHOWN = 4
MOST = 5


@dataclass(frozen=True)
class Suggestion:
    """A piece on the other side of a link, and what the two share."""

    item: LibraryItem
    themes: tuple[str, ...]
    words: tuple[str, ...]  # as the asking piece writes them; the most telling first


def suggest(
    session: Session, item: LibraryItem, *, day: date, limit: int = MOST
) -> list[Suggestion]:
    """The pieces most like this one that it is not linked to, the best first.

    Only what may be shown on this day: nothing that was withdrawn or lent until before.
    """
    if item.is_story:
        linked = {link.knowledge.slug for link in item.links}
        kinds = KNOWLEDGE_KINDS
    else:
        linked = {link.story.slug for link in stories_of(session, item)}
        kinds = frozenset({ItemKind.STORY})
    # In one order: each asks the database the same, however sets are arranged.
    found = most_similar(
        session,
        item,
        kinds=sorted(kinds),
        fits=lambda one: one.slug not in linked and is_shown(one, day=day),
        limit=limit,
    )
    return [Suggestion(one.item, one.themes, one.words[:WORDS_SHOWN]) for one in found]
