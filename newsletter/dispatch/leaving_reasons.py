"""Why people leave, if they care to say: counted by mailing, about nobody.

A choice of a few and no words of their own, as those could say who they are. Nothing
ties an answer to a reader; it is a count and never a reason to write to somebody.
"""

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from newsletter.dispatch.models import Delivery, LeavingReason, Mailing
from newsletter.dispatch.states import WhyLeft
from newsletter.issues.models import Issue

# What fewer said is not shown: in a small list it could tell who.
SHOWN_FROM = 10


def give(
    session: Session, mailing_id: int, seq: int, reason: str, *, now: datetime
) -> None:
    """Count one answer; what is no reason, or no mail of ours, counts for nothing."""
    if reason not in set(WhyLeft):
        return
    ours = exists().where(Delivery.mailing_id == mailing_id, Delivery.seq == seq)
    if session.scalar(select(ours)):
        session.add(
            LeavingReason(
                mailing_id=mailing_id, reason=WhyLeft(reason), given_on=now.date()
            )
        )
        session.flush()


def tally(session: Session, list_id: int) -> dict[WhyLeft, int]:
    """What readers of a list said so far, the most said first; never fewer than ten."""
    count = func.count(LeavingReason.id)
    rows = session.execute(
        select(LeavingReason.reason, count)
        .join(Mailing, Mailing.id == LeavingReason.mailing_id)
        .join(Issue, Issue.id == Mailing.issue_id)
        .where(Issue.list_id == list_id)
        .group_by(LeavingReason.reason)
        .having(count >= SHOWN_FROM)
        .order_by(count.desc(), LeavingReason.reason)
    )
    return {row.reason: row[1] for row in rows}
