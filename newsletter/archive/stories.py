"""The page of one story or knowledge item, once an issue carried it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from newsletter.archive.corrections import (
    PublishedCorrection,
    corrections_of_story,
)
from newsletter.archive.issues import published_issues, slugs_in
from newsletter.library.models import KnowledgeLink, LibraryItem
from newsletter.library.stories import present_slugs
from newsletter.library.terms import is_shown
from subscribers import regions


@dataclass(frozen=True)
class StoryPage:
    """A piece with what surrounds it."""

    item: LibraryItem
    places: tuple[str, ...]
    links: tuple[KnowledgeLink, ...]  # what we know about it, each with its why
    illustrated_by: tuple[KnowledgeLink, ...]  # stories that lean on it
    numbers: tuple[int, ...]  # issues that carried it
    corrections: tuple[PublishedCorrection, ...]


def moved_to(session: Session, slug: str) -> str | None:
    """Where the page of a double is now; None when there is no such double."""
    return present_slugs(session).get(slug)


def find_story(session: Session, slug: str, *, day: date) -> StoryPage | None:
    """The page of a piece; None when it is unknown or no published issue shows it.

    A knowledge item is public when a public story is linked to it. What stands around
    the piece is what may be shown on this day.
    """
    item = session.scalar(
        select(LibraryItem)
        .where(LibraryItem.slug == slug.replace("\0", ""))
        .options(selectinload(LibraryItem.links).joinedload(KnowledgeLink.knowledge))
    )
    if item is None:
        return None
    present = present_slugs(session)
    names = {slug, *(old for old, to in present.items() if to == slug)}
    issues = {
        issue.number: {present.get(slug, slug) for slug in slugs_in(issue)}
        for issue in published_issues(session)
    }
    shown = set().union(*issues.values())
    leaning = tuple(
        link
        for link in session.scalars(
            select(KnowledgeLink)
            .where(KnowledgeLink.knowledge_id == item.id)
            .options(selectinload(KnowledgeLink.story))
            .order_by(KnowledgeLink.id)
        )
        if link.story.slug in shown
    )
    if slug not in shown and not leaning:
        return None
    return StoryPage(
        item=item,
        places=tuple(regions.name_of(session, code) for code in item.regions),
        links=tuple(one for one in item.links if is_shown(one.knowledge, day=day)),
        illustrated_by=tuple(one for one in leaning if is_shown(one.story, day=day)),
        numbers=tuple(number for number, slugs in issues.items() if slug in slugs),
        corrections=corrections_of_story(session, names),
    )
