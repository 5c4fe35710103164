"""The queue of due work: a row per job, a lease per attempt.

A job is written in the transaction that causes it, so that neither can exist without
the other. A worker leases one by a single UPDATE; the token it gets fences off a
worker that comes back after its lease ran out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.errors import NewsletterError
from newsletter.jobs.models import Job, JobState
from subscribers.addresses import without_addresses

LEASE = timedelta(minutes=15)

# How long to wait after the first, second, ... failure. After the last one the job
# has failed for good, almost a day after it was due.
RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)


class Pointless(NewsletterError):
    """Trying this job again can never help: it fails at once."""


class NotNow(NewsletterError):
    """Not the job's fault: try again after ``seconds``; no attempt is spent."""

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True)
class ClaimedJob:
    """A job somebody holds until its lease runs out."""

    id: int
    kind: str
    payload: dict[str, Any]
    token: int
    attempts: int  # this one included


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    run_at: datetime | None = None,
) -> Job:
    """Write down work to be done at ``run_at``, or as soon as a worker looks."""
    job = Job(
        kind=kind,
        payload=payload,
        state=JobState.WAITING,
        run_at=run_at or now,
        created_at=now,
    )
    session.add(job)
    session.flush()
    return job


def claim(database: Database, *, now: datetime) -> ClaimedJob | None:
    """Lease the job that has been due longest, and commit. None: nothing is due."""
    due = (
        select(Job.id)
        .where(_is_due(now))
        .order_by(Job.run_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    with database.write.begin() as session:
        row = session.execute(
            update(Job)
            .where(Job.id == due)
            .values(
                state=JobState.RUNNING,
                lease_until=now + LEASE,
                token=Job.token + 1,
                attempts=Job.attempts + 1,
            )
            .returning(Job.id, Job.kind, Job.payload, Job.token, Job.attempts)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        return None if row is None else ClaimedJob(*row)


def is_due(database: Database, *, now: datetime) -> bool:
    """Whether there is a job to claim."""
    with database.read() as session:
        return session.scalar(select(Job.id).where(_is_due(now)).limit(1)) is not None


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(
        and_(Job.state == JobState.WAITING, Job.run_at <= now),
        # Its worker died: nobody renews a job's lease.
        and_(Job.state == JobState.RUNNING, Job.lease_until <= now),
    )


def done(database: Database, job: ClaimedJob) -> None:
    """Close a job whose work is committed."""
    _close(database, job, state=JobState.DONE, error="")


def failed(
    database: Database, job: ClaimedJob, *, error: Exception, now: datetime
) -> JobState:
    """Plan the next attempt, or give the job up; returns which of the two."""
    # The row outlives an erasure.
    words = without_addresses(f"{type(error).__name__}: {error}")[:500]
    if isinstance(error, NotNow):
        _close(
            database,
            job,
            state=JobState.WAITING,
            error=words,
            run_at=now + timedelta(seconds=error.seconds),
            attempts=job.attempts - 1,
        )
        return JobState.WAITING
    if isinstance(error, Pointless) or is_last_attempt(job):
        _close(database, job, state=JobState.FAILED, error=words)
        return JobState.FAILED
    _close(
        database,
        job,
        state=JobState.WAITING,
        error=words,
        run_at=now + RETRY_AFTER[job.attempts - 1],
    )
    return JobState.WAITING


def is_last_attempt(job: ClaimedJob) -> bool:
    return job.attempts > len(RETRY_AFTER)


def _close(database: Database, job: ClaimedJob, **values: Any) -> None:
    """Commit the outcome, unless somebody else has leased the job since."""
    with database.write.begin() as session:
        session.execute(
            update(Job)
            .where(
                Job.id == job.id,
                Job.token == job.token,
                Job.state == JobState.RUNNING,
            )
            .values(lease_until=None, **values)
        )
