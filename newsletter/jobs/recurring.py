"""Work that comes back, every day or more often: one job waits, and doing it plans the
next.

A night that fails is tried again like any job, and never keeps the next from coming.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.jobs.context import Context
from newsletter.jobs.models import Job, JobState
from newsletter.jobs.queue import enqueue

# Any number nobody else uses: who holds it is the one that plans.
_PLANNING = 0x62757572

# The local time it is done at, every day; or how long after the last.
At = time | timedelta
Kinds = Mapping[str, At]  # of a job


def see_to(context: Context, kinds: Kinds) -> None:
    """Plan whatever of these nobody has planned yet; any number of workers may ask."""
    with context.database.read() as session:
        if not _missing(session, kinds, JobState.WAITING, JobState.RUNNING):
            return
    with context.database.write.begin() as session:
        _one_at_a_time(session)
        for kind in _missing(session, kinds, JobState.WAITING, JobState.RUNNING):
            _plan(session, context, kind, kinds[kind])


def plan_next(context: Context, kind: str, *, at: At) -> None:
    """From inside such a job, which is running: see that another one waits."""
    with context.database.write.begin() as session:
        _one_at_a_time(session)
        for missing in _missing(session, {kind: at}, JobState.WAITING):
            _plan(session, context, missing, at)


def _one_at_a_time(session: Session) -> None:
    """Until the commit. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_PLANNING)))


def _missing(session: Session, kinds: Kinds, *states: JobState) -> set[str]:
    there = select(Job.kind).where(Job.state.in_(states), Job.kind.in_(kinds))
    return set(kinds) - set(session.scalars(there))


def _plan(session: Session, context: Context, kind: str, at: At) -> None:
    now = context.now()
    if isinstance(at, timedelta):
        enqueue(session, kind, {}, run_at=now + at, now=now)
        return
    zone = context.settings.timezone
    today = now.astimezone(zone).date()
    moment = datetime.combine(today, at, tzinfo=zone)
    if moment <= now:
        moment = datetime.combine(today + timedelta(days=1), at, tzinfo=zone)
    enqueue(session, kind, {}, run_at=moment.astimezone(UTC), now=now)
