"""Old reports are let go: the ledger keeps what became of each mail.

And whom a service mail was to, once it is too late for it to come back.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from database.session import Database
from newsletter.correspondence.models import ServiceMail, ServiceMailState
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.returns.apply import WINDOW
from newsletter.dispatch.returns.models import ReportedEvent

KEEP_DAYS = 90  # to explain a bounce; providers repeat a report for a day at most
# Its own job gives it up after a day; this is for one whose worker died at every try.
STUCK_DAYS = 2
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
    """Empty the hashed address of service mails that were final a week ago.

    And give up those that nobody could send, with all that is personal in them.
    """
    with database.write.begin() as session:
        session.execute(
            update(ServiceMail)
            .where(
                ServiceMail.state == ServiceMailState.WAITING,
                ServiceMail.created_at < now - timedelta(days=STUCK_DAYS),
            )
            .values(
                state=ServiceMailState.REFUSED,
                address=None,
                values={},
                finished_at=now,
            )
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(ServiceMail)
            .where(
                ServiceMail.address_hash.is_not(None),
                ServiceMail.finished_at < now - WINDOW,
            )
            .values(address_hash=None)
            .execution_options(synchronize_session=False)
        )


def forget_words(database: Database, *, now: datetime) -> int:
    """Empty what servers said of mails, of mailings that ended 90 days ago; how many.

    It often repeats the address. Each mailing is looked through once, in small steps.
    """
    emptied = 0
    while True:
        with database.read() as session:
            mailing_id = session.scalar(
                select(Mailing.id)
                .where(
                    Mailing.finished_at < now - timedelta(days=KEEP_DAYS),
                    Mailing.words_emptied_at.is_(None),
                )
                .limit(1)
            )
            if mailing_id is None:
                return emptied
            of_it = Delivery.mailing_id == mailing_id
            last = session.scalar(select(func.max(Delivery.seq)).where(of_it)) or 0
        for first in range(0, last + 1, AT_ONCE):
            with database.write.begin() as session:
                emptied += len(
                    session.execute(
                        update(Delivery)
                        .where(
                            of_it,
                            Delivery.seq >= first,
                            Delivery.seq < first + AT_ONCE,
                            Delivery.detail != "",
                        )
                        .values(detail="")
                        .returning(Delivery.seq)
                        .execution_options(synchronize_session=False)
                    ).all()
                )
        with database.write.begin() as session:
            session.get_one(Mailing, mailing_id).words_emptied_at = now
