"""Old reports are let go: the ledger keeps what became of each mail.

And whom a service mail was to, once it is too late for it to come back.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from database.session import Database
from newsletter.correspondence.models import ServiceMail
from newsletter.dispatch.returns.apply import WINDOW
from newsletter.dispatch.returns.models import ReportedEvent

KEEP_DAYS = 90  # to explain a bounce; providers repeat a report for a day at most
AT_ONCE = 5000  # rows per transaction: SQLite has one writer, and others wait


def forget_old(database: Database, *, now: datetime) -> int:
    """Delete applied reports older than 90 days, committing per 5,000; how many."""
    old = (
        select(ReportedEvent.id)
        .where(
            ReportedEvent.applied_at.is_not(None),
            ReportedEvent.applied_at < now - timedelta(days=KEEP_DAYS),
        )
        .limit(AT_ONCE)
    )
    forgotten = 0
    while True:
        with database.write.begin() as session:
            gone = session.scalars(
                delete(ReportedEvent)
                .where(ReportedEvent.id.in_(old.scalar_subquery()))
                .returning(ReportedEvent.id)
                .execution_options(synchronize_session=False)
            ).all()
        forgotten += len(gone)
        if not gone:
            return forgotten


def forget_whom(database: Database, *, now: datetime) -> None:
    """Empty the hashed address of service mails that were final a week ago."""
    with database.write.begin() as session:
        session.execute(
            update(ServiceMail)
            .where(
                ServiceMail.address_hash.is_not(None),
                ServiceMail.finished_at < now - WINDOW,
            )
            .values(address_hash=None)
            .execution_options(synchronize_session=False)
        )
