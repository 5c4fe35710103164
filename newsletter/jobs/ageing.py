"""Work that was done is let go: by then nobody asks whether it was."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from database.session import Database
from newsletter.jobs.models import Job, JobState

KEPT_DAYS = 30  # one that failed stays: a person must look
AT_ONCE = 5000  # rows per transaction: SQLite has one writer, and others wait


def forget_done(database: Database, *, now: datetime) -> None:
    """Delete what was done a month ago, committing per 5,000."""
    old = (
        select(Job.id)
        .where(Job.state == JobState.DONE, Job.run_at < now - timedelta(days=KEPT_DAYS))
        .limit(AT_ONCE)
    )
    while True:
        with database.write.begin() as session:
            gone = session.scalars(
                delete(Job)
                .where(Job.id.in_(old.scalar_subquery()))
                .returning(Job.id)
                .execution_options(synchronize_session=False)
            ).all()
        if not gone:
            return
