"""Forgetting every night, by one job whatever the number of workers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from database.session import Database
from newsletter.agenda import JOBS, RECURRING
from newsletter.jobs import queue
from newsletter.jobs.ageing import KEPT_DAYS, forget_done
from newsletter.jobs.models import Job, JobState
from newsletter.jobs.recurring import see_to
from newsletter.retention import RETENTION
from subscribers.models import SignupRequest
from tests.conftest import NOW
from tests.factories import a_list, a_sign_up
from tests.newsletter.dispatch.village import Village

DAY = timedelta(days=1)
# It is 10.30 in Amsterdam: the next 3.40 is tomorrow's, in winter time.
TONIGHT = datetime(2026, 11, 21, 2, 40, tzinfo=UTC)


@pytest.fixture
def village(database: Database, tmp_path: Path) -> Village:
    return Village(database, tmp_path / "home")


def nights(village: Village) -> list[tuple[JobState, datetime]]:
    with village.database.read() as session:
        jobs = session.scalars(
            select(Job).where(Job.kind == RETENTION).order_by(Job.id)
        )
        return [(job.state, job.run_at) for job in jobs]


def test_however_many_workers_start_one_night_is_planned(village: Village) -> None:
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(lambda _: see_to(village.context, RECURRING), range(24)))

    assert nights(village) == [(JobState.WAITING, TONIGHT)]


def test_each_night_forgets_and_plans_the_next(village: Village) -> None:
    with village.database.write.begin() as session:
        a_sign_up(session, a_list(session), now=NOW - 7 * DAY)
    see_to(village.context, RECURRING)

    village.work()
    with village.database.read() as session:
        assert session.scalar(select(SignupRequest)) is not None

    village.work(later=DAY)
    village.work(later=DAY)

    with village.database.read() as session:
        assert session.scalar(select(SignupRequest)) is None
    assert nights(village) == [
        (JobState.DONE, TONIGHT),
        (JobState.DONE, TONIGHT + DAY),
        (JobState.WAITING, TONIGHT + 2 * DAY),
    ]


def test_what_was_done_goes_after_a_month(village: Village) -> None:
    with village.database.write.begin() as session:
        kept = queue.enqueue(session, "greet", {}, now=NOW + DAY).id
        for state in (JobState.DONE, JobState.FAILED):
            queue.enqueue(session, "greet", {}, now=NOW).state = state
    month = timedelta(days=KEPT_DAYS)

    forget_done(village.database, now=NOW + month)
    with village.database.read() as session:
        assert len(session.scalars(select(Job)).all()) == 3

    forget_done(village.database, now=NOW + month + DAY)
    with village.database.read() as session:
        left = session.scalars(select(Job).order_by(Job.id)).all()
    assert [(job.id == kept, job.state) for job in left] == [
        (True, JobState.WAITING),
        (False, JobState.FAILED),  # a person must look
    ]


def test_one_of_many_workers_does_the_night(village: Village) -> None:
    see_to(village.context, RECURRING)

    with ThreadPoolExecutor(4) as workers:
        claimed = list(
            workers.map(lambda _: queue.claim(village.database, now=TONIGHT), range(8))
        )

    kinds = [job.kind for job in claimed if job is not None]
    assert kinds.count(RETENTION) == 1


def test_a_night_that_fails_keeps_no_other_from_coming(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: object, **_named: object) -> None:
        raise OSError("No space left on device")

    see_to(village.context, RECURRING)
    with monkeypatch.context() as patch:
        patch.setattr("newsletter.retention.run", fails)
        village.work(later=DAY)

    again = village.now + queue.RETRY_AFTER[0]
    assert nights(village) == [
        (JobState.WAITING, again),
        (JobState.WAITING, TONIGHT + DAY),
    ]
    village.work(later=timedelta(hours=1))
    assert nights(village)[0][0] is JobState.DONE
    assert len(nights(village)) == 2


def test_every_recurring_kind_has_its_function():
    assert set(RECURRING) <= set(JOBS)
