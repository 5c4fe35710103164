"""What a piece's page shows of its knowledge links: those it has, and suggestions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.lists import format_list
from sqlalchemy.orm import Session

from newsletter.elsewhere.dead import DeadLink
from newsletter.library.dead_links import dead_links_of
from newsletter.library.knowledge import stories_of
from newsletter.library.models import KNOWLEDGE_KINDS, KnowledgeLink, LibraryItem
from newsletter.library.search import find
from newsletter.library.stories import items_of
from newsletter.library.suggest import Suggestion, suggest
from web.language import gettext as _
from web.language import language, ngettext

MOST_OFFERED = 100
MOST_TYPED = 200


@dataclass(frozen=True)
class KnowledgeView:
    links: Sequence[KnowledgeLink]  # from a story, or to knowledge
    suggestions: Sequence[Suggestion]
    offered: Sequence[LibraryItem]  # to choose from: what was looked for, else the last
    asked: str  # the words they were looked for by
    dead: Sequence[DeadLink]  # the piece's own
    dead_behind: frozenset[str]  # slugs of linked knowledge with a dead link


def knowledge_view(
    session: Session, item: LibraryItem, typed: Mapping[str, str], *, now: datetime
) -> KnowledgeView:
    """``typed``: ``find`` are words to look for, ``knowledge`` is the one chosen."""
    links = item.links if item.is_story else stories_of(session, item)
    behind = {link.knowledge.slug for link in item.links}
    dead = dead_links_of(session, {item.slug, *behind}, now=now)
    asked = typed.get("find", "").replace("\0", "").strip()[:MOST_TYPED]
    return KnowledgeView(
        links=links,
        suggestions=suggest(session, item, day=now.date()),
        offered=_offered(session, item, asked, typed.get("knowledge", "")),
        asked=asked,
        dead=dead.get(item.slug, ()),
        dead_behind=frozenset(dead) - {item.slug},
    )


def _offered(
    session: Session, item: LibraryItem, asked: str, chosen: str
) -> list[LibraryItem]:
    if not item.is_story:
        return []
    linked = {link.knowledge.slug for link in item.links}
    found = find(
        session, asked, kind=KNOWLEDGE_KINDS, without=linked, limit=MOST_OFFERED
    )
    if chosen and chosen not in linked | {one.slug for one in found}:
        known = items_of(session, [chosen]).values()
        found = [*(one for one in known if not one.is_story), *found]
    return found


def shares(suggestion: Suggestion) -> str:
    """Why it is suggested: "deelt het thema ontmoeting; de woorden soep en tafel"."""
    parts = []
    if suggestion.themes:
        parts.append(
            ngettext(
                "the theme %(names)s",
                "the themes %(names)s",
                len(suggestion.themes),
            )
            % {"names": _listed(suggestion.themes)}
        )
    if suggestion.words:
        parts.append(
            ngettext("the word %(names)s", "the words %(names)s", len(suggestion.words))
            % {"names": _listed(suggestion.words)}
        )
    return _("shares %(what)s") % {"what": "; ".join(parts)}


def _listed(names: Sequence[str]) -> str:
    return format_list(list(names), locale=language())
