"""Which pieces everybody may read: what a published issue shows, or leans on."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.archive.issues import published_issues, slugs_in
from newsletter.library.models import KnowledgeLink, LibraryItem
from newsletter.library.terms import is_shown


def public_slugs(session: Session) -> set[str]:
    """Stories of issues that went out, and the knowledge that is linked to them."""
    shown = {slug for issue in published_issues(session) for slug in slugs_in(issue)}
    leaning = session.execute(
        select(KnowledgeLink)
        .join(LibraryItem, LibraryItem.id == KnowledgeLink.story_id)
        .where(LibraryItem.slug.in_(shown))
    ).scalars()
    return shown | {link.knowledge.slug for link in leaning}


def still_shown(items: list[LibraryItem], *, day: date) -> list[LibraryItem]:
    """Without what its source took back or lent for a time that is over."""
    return [item for item in items if is_shown(item, day=day)]
