"""Whoever the issue reaches after its correction was sent gets the correction too.

An issue goes on for days where mail servers ask to come back later, and a person may
try the refused ones again. So a job looks until nothing of the issue is on its way.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch.chunks import open_chunks
from newsletter.dispatch.corrections.audience import is_under_way, write_down
from newsletter.dispatch.corrections.known import corrections_of
from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.finishing import finish_if_complete
from newsletter.dispatch.locks import lock_mailing
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingKind, MailingState
from newsletter.issues.models import Issue
from newsletter.jobs.context import Context
from newsletter.jobs.models import Job, JobState
from newsletter.jobs.queue import NotNow, enqueue
from newsletter.settings import Settings

FOLLOW = "follow-correction"  # the kind of the job
LOOK_AGAIN_SECONDS = 300


def follow_all(session: Session, issue: Issue, *, now: datetime) -> None:
    """The issue goes out to some once more: its corrections go after it."""
    for correction in corrections_of(session, issue):
        follow(session, correction.mailing_id, now=now)


def follow(session: Session, mailing_id: int, *, now: datetime) -> None:
    """Queue the job, unless it waits already."""
    waiting = session.scalars(
        select(Job.payload).where(Job.kind == FOLLOW, Job.state == JobState.WAITING)
    )
    payload = {"mailing": mailing_id}
    if payload not in waiting.all():
        enqueue(session, FOLLOW, payload, now=now)


def follow_correction(context: Context, payload: dict[str, Any]) -> None:
    """The function of the job ``follow-correction``.

    Raises NotNow for as long as the issue may still reach somebody.
    """
    with context.database.write.begin() as session:
        coming = _add(
            session, context.settings, int(payload["mailing"]), now=context.now()
        )
    if coming:
        raise NotNow(
            "The issue itself is still on its way.", seconds=LOOK_AGAIN_SECONDS
        )


def _add(
    session: Session, settings: Settings, mailing_id: int, *, now: datetime
) -> bool:
    """Write down who came since; whether there may be more to come."""
    correction = session.get_one(Correction, mailing_id)
    issue_mailing = session.scalars(
        select(Mailing).where(
            Mailing.issue_id == correction.issue_id,
            Mailing.kind == MailingKind.ISSUE,
        )
    ).one()
    mailing = lock_mailing(session, mailing_id)
    assert mailing is not None  # a correction has one
    if mailing.state is MailingState.CANCELLED:
        return False
    # Asked first: who is written down below was reached before, or is still to come.
    coming = is_under_way(session, issue_mailing, correction.variants)
    added = write_down(
        session,
        mailing,
        issue_mailing,
        correction.variants,
        now=now,
        zone=settings.timezone,
    )
    if added:
        open_chunks(session, mailing)
        if mailing.state is MailingState.SENT:
            mailing.state = MailingState.SENDING
            mailing.finished_at = None
        finish_if_complete(session, mailing, now=now)
    return coming
