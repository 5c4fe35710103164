"""Why a mailing does not go on: what was written down, else what is to be seen."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.dispatch.flight.ledger import LEASE
from newsletter.dispatch.models import Chunk, Delivery, Mailing, Variant
from newsletter.dispatch.standstill import why_it_stands
from newsletter.dispatch.states import ChunkState, DeliveryState, MailingState
from newsletter.jobs.models import Job, JobState
from newsletter.reasons import Code, Reason, reason
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)


@pytest.fixture
def mailing(mailing: Mailing) -> Mailing:
    """Being sent since an hour."""
    mailing.frozen_at = NOW - 60 * MINUTE
    return mailing


def chunk(
    session: Session,
    mailing: Mailing,
    state: ChunkState = ChunkState.OPEN,
    *,
    due: datetime = NOW - 60 * MINUTE,
    lease_until: datetime | None = None,
) -> None:
    variant = Variant(
        mailing_id=mailing.id,
        key="base",
        edition="base",
        label="A",
        blocks=[],
        mail={},
        html="",
        text="",
        web="",
        sha256="",
    )
    session.add(variant)
    session.flush()
    session.add(
        Chunk(
            mailing_id=mailing.id,
            variant_id=variant.id,
            first_seq=1,
            last_seq=500,
            state=state,
            not_before=due,
            lease_until=lease_until,
        )
    )
    session.flush()


def delivery(
    session: Session,
    mailing: Mailing,
    *,
    changed: timedelta,
    state: DeliveryState = DeliveryState.QUEUED,
    not_before: datetime | None = None,
    attempts: int = 0,
) -> None:
    session.add(
        Delivery(
            mailing_id=mailing.id,
            attempts=attempts,
            seq=1,
            address_hash=b"1" * 32,
            edition="base",
            state=state,
            not_before=not_before,
            changed_at=NOW - changed,
        )
    )
    session.flush()


def why(session: Session, mailing: Mailing) -> Reason | None:
    return why_it_stands(session, mailing, now=NOW)


@pytest.mark.parametrize(
    "state", [MailingState.PAUSED, MailingState.HELD, MailingState.CANCELLED]
)
def test_what_stopped_it_was_written_down(
    session: Session, mailing: Mailing, state: MailingState
) -> None:
    mailing.state = state
    mailing.reason = reason(Code.PAUSED_BY, who="anna").stored()

    assert why(session, mailing) == reason(Code.PAUSED_BY, who="anna")


def test_what_the_sender_waits_for_comes_before_what_is_seen(
    session: Session, mailing: Mailing
) -> None:
    chunk(session, mailing)
    waits = reason(Code.SMTP_NOT_NOW, until=NOW + MINUTE, relay="r", words="421 later")
    mailing.waiting = waits.stored()

    assert why(session, mailing) == waits


def test_a_wait_that_is_long_over_says_nothing_any_more(
    session: Session, mailing: Mailing
) -> None:
    chunk(session, mailing, due=NOW - 5 * MINUTE)
    mailing.waiting = reason(
        Code.SMTP_UNREACHABLE, until=NOW - 5 * MINUTE, relay="r", words="refused"
    ).stored()

    assert why(session, mailing) == reason(Code.NO_WORKER, minutes=5)


def test_mails_that_lie_ready_and_nobody_sends_mean_no_worker(
    session: Session, mailing: Mailing
) -> None:
    chunk(session, mailing)
    delivery(session, mailing, changed=12 * MINUTE)

    assert why(session, mailing) == reason(Code.NO_WORKER, minutes=12)


@pytest.mark.parametrize("busy", ["sending", "just now", "resumed", "not due"])
def test_a_mailing_that_goes_on_needs_no_explanation(
    session: Session, mailing: Mailing, busy: str
) -> None:
    due = NOW + MINUTE if busy == "not due" else NOW - 60 * MINUTE
    chunk(session, mailing, due=due)
    delivery(session, mailing, changed=timedelta(0 if busy == "just now" else 1))
    if busy == "sending":
        chunk_of_another = Chunk(
            mailing_id=mailing.id,
            variant_id=session.query(Variant.id).scalar(),
            first_seq=501,
            last_seq=600,
            state=ChunkState.LEASED,
            not_before=NOW,
            lease_until=NOW + LEASE,
        )
        session.add(chunk_of_another)
        session.flush()
    if busy == "resumed":
        mailing.resumed_at = NOW - timedelta(seconds=5)

    assert why(session, mailing) is None


@pytest.mark.parametrize(("missed", "is_silent"), [(2, False), (4, True), (20, True)])
def test_a_lease_that_nobody_renews_means_a_silent_worker(
    session: Session, mailing: Mailing, missed: int, is_silent: bool
) -> None:
    ends = NOW - missed * MINUTE + LEASE
    chunk(session, mailing, ChunkState.LEASED, lease_until=ends)

    silent = reason(Code.WORKER_SILENT, until=max(ends, NOW), count=500, minutes=missed)
    assert why(session, mailing) == (silent if is_silent else None)


@pytest.mark.parametrize(
    ("attempts", "code"), [(1, Code.ASKED_BACK), (0, Code.DOMAIN_RATE)]
)
def test_readers_whose_server_or_whose_rate_asks_them_to_wait_are_counted(
    session: Session, mailing: Mailing, attempts: int, code: Code
) -> None:
    later = NOW + 15 * MINUTE
    chunk(session, mailing, due=later)
    delivery(session, mailing, changed=MINUTE, not_before=later, attempts=attempts)

    assert why(session, mailing) == reason(code, until=later, count=1)


@pytest.mark.parametrize(("late", "at_work"), [(0, False), (5, False), (5, True)])
def test_a_scheduled_one_that_nobody_starts(
    session: Session, mailing: Mailing, late: int, at_work: bool
) -> None:
    mailing.state = MailingState.SCHEDULED
    mailing.start_at = NOW - late * MINUTE
    if at_work:
        session.add(
            Job(
                kind="begin-mailing",
                payload={},
                state=JobState.RUNNING,
                run_at=NOW,
                lease_until=NOW + MINUTE,
                created_at=NOW,
            )
        )
    session.flush()

    nobody = late and not at_work
    expected = reason(Code.NO_WORKER, minutes=late) if nobody else None
    assert why(session, mailing) == expected
