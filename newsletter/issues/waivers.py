"""Waivers: a person's word that a story may go out without a knowledge link."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.blocks.fields import clean
from newsletter.issues.errors import BadIssue
from newsletter.issues.models import Issue, Waiver
from newsletter.issues.usage import stories_of


def waive(
    session: Session, issue: Issue, *, story: str, why: str, by: str, now: datetime
) -> Waiver:
    """Record or replace the waiver of one story in one issue."""
    used = stories_of(issue)
    if story not in used:
        raise BadIssue(
            f"Issue {issue.number} has no story {story!r}. "
            f"It has: {', '.join(used) or 'none'}."
        )
    try:
        why = clean(why, lines=False)
    except ValueError as error:
        raise BadIssue(f"The reason {error}") from None
    if not why:
        raise BadIssue(f"Say why {story} may go out without a knowledge link.")
    waiver = _find(session, issue, story)
    if waiver is None:
        waiver = Waiver(issue_id=issue.id, story=story, why=why, by=by, created_at=now)
        session.add(waiver)
    waiver.why, waiver.by, waiver.created_at = why, by, now
    session.flush()
    return waiver


def waived(session: Session, issue: Issue) -> set[str]:
    """Slugs of the stories that need no knowledge link in this issue."""
    return set(session.scalars(select(Waiver.story).where(Waiver.issue_id == issue.id)))


def _find(session: Session, issue: Issue, story: str) -> Waiver | None:
    return session.scalar(
        select(Waiver).where(Waiver.issue_id == issue.id, Waiver.story == story)
    )
