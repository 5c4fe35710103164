"""The corrections an issue has."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch.corrections.errors import NoCorrection
from newsletter.dispatch.corrections.models import Correction
from newsletter.issues.models import Issue


def corrections_of(session: Session, issue: Issue) -> Sequence[Correction]:
    """The first one first."""
    return session.scalars(
        select(Correction)
        .where(Correction.issue_id == issue.id)
        .order_by(Correction.number)
    ).all()


def find_correction(session: Session, issue: Issue, number: int) -> Correction:
    """By its number within the issue. Raises NoCorrection naming those there are."""
    known = corrections_of(session, issue)
    for correction in known:
        if correction.number == number:
            return correction
    raise NoCorrection(issue.number, number, len(known))
