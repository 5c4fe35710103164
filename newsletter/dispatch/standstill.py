"""Why a mailing does not go on just now: one answer, for the desk and for commands.

What was written down says it (a person paused it, a provider refused, the relay asked
to wait). What nobody could write down is seen from outside: no worker is running, or
one has fallen silent.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.dispatch.flight.ledger import LEASE
from newsletter.dispatch.models import Chunk, Delivery, Mailing
from newsletter.dispatch.states import ChunkState, DeliveryState, MailingState
from newsletter.jobs.models import Job, JobState
from newsletter.reasons import Code, Reason, read_reason, reason

# A worker looks every second; a minute of nothing means that there is none.
PATIENCE = timedelta(minutes=1)
# A sender renews its lease every minute; three missed in a row are no accident.
SILENT = timedelta(minutes=3)

_STOPPED = frozenset({MailingState.PAUSED, MailingState.HELD, MailingState.CANCELLED})


def why_it_stands(
    session: Session, mailing: Mailing, *, now: datetime
) -> Reason | None:
    """Why nothing happens, what to do, and until when. None: it goes on."""
    if mailing.state in _STOPPED:
        return read_reason(mailing.reason)
    if mailing.state is MailingState.SCHEDULED:
        return _nobody_starts_it(session, mailing, now=now)
    if mailing.state is MailingState.SENDING:
        return (
            _waits(mailing, now=now)
            or _silent(session, mailing, now=now)
            or _nobody_sends_it(session, mailing, now=now)
            or _asked_back(session, mailing, now=now)
        )
    return None


def _waits(mailing: Mailing, *, now: datetime) -> Reason | None:
    """What the dispatcher wrote down; a moment that is long past says nothing."""
    why = read_reason(mailing.waiting)
    if why is not None and why.until is not None and why.until <= now - PATIENCE:
        return None
    return why


def _nobody_starts_it(
    session: Session, mailing: Mailing, *, now: datetime
) -> Reason | None:
    if mailing.start_at is None or mailing.start_at > now - PATIENCE:
        return None
    at_work = select(Job.id).where(Job.state == JobState.RUNNING, Job.lease_until > now)
    if session.scalar(at_work.limit(1)) is not None:
        return None
    return reason(Code.NO_WORKER, minutes=_minutes(now - mailing.start_at))


def _silent(session: Session, mailing: Mailing, *, now: datetime) -> Reason | None:
    count, lease_until = session.execute(
        select(
            func.coalesce(func.sum(Chunk.last_seq - Chunk.first_seq + 1), 0),
            func.max(Chunk.lease_until),
        ).where(
            Chunk.mailing_id == mailing.id,
            Chunk.state == ChunkState.LEASED,
            Chunk.lease_until <= now + LEASE - SILENT,
        )
    ).one()
    if lease_until is None:
        return None
    return reason(
        Code.WORKER_SILENT,
        until=max(lease_until, now),
        count=int(count),
        minutes=_minutes(now + LEASE - lease_until),
    )


def _nobody_sends_it(
    session: Session, mailing: Mailing, *, now: datetime
) -> Reason | None:
    """Due since a while, and no chunk of any mailing is in anybody's hands."""
    due = session.scalar(
        select(func.min(Chunk.not_before)).where(
            Chunk.mailing_id == mailing.id,
            Chunk.state == ChunkState.OPEN,
            Chunk.not_before <= now - PATIENCE,
        )
    )
    leased = select(Chunk.id).where(Chunk.state == ChunkState.LEASED).limit(1)
    if due is None or session.scalar(leased) is not None:
        return None
    # Between two chunks nothing is leased for a moment: only rest counts.
    last = session.scalar(
        select(func.max(Delivery.changed_at)).where(Delivery.mailing_id == mailing.id)
    )
    since = max(one for one in (due, last, mailing.resumed_at) if one is not None)
    if since > now - PATIENCE:
        return None
    return reason(Code.NO_WORKER, minutes=_minutes(now - since))


def _asked_back(session: Session, mailing: Mailing, *, now: datetime) -> Reason | None:
    """Nothing is due: who waits was deferred by a server, or by a rate of ours."""
    unfinished, first = session.execute(
        select(
            func.count().filter(Chunk.state == ChunkState.LEASED),
            func.min(Chunk.not_before).filter(Chunk.state == ChunkState.OPEN),
        ).where(Chunk.mailing_id == mailing.id, Chunk.state != ChunkState.DONE)
    ).one()
    if unfinished or first is None or first <= now:
        return None
    tried, held = session.execute(
        select(
            func.count().filter(Delivery.attempts > 0),
            func.count().filter(Delivery.attempts == 0),
        ).where(
            Delivery.mailing_id == mailing.id,
            Delivery.state == DeliveryState.QUEUED,
            Delivery.not_before > now,
        )
    ).one()
    if held:
        return reason(Code.DOMAIN_RATE, until=first, count=int(held))
    return reason(Code.ASKED_BACK, until=first, count=int(tried)) if tried else None


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
