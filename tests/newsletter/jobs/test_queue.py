"""Due work: written with its cause, leased once, tried again, given up in the end."""

from datetime import datetime, timedelta

import pytest

from database.session import Database
from newsletter.jobs import queue
from newsletter.jobs.models import Job, JobState
from tests.conftest import NOW

MINUTE = timedelta(minutes=1)


def add(database: Database, **more: datetime) -> int:
    with database.write.begin() as session:
        return queue.enqueue(session, "greet", {"who": "anna"}, now=NOW, **more).id


def state(database: Database, job_id: int) -> JobState:
    with database.read() as session:
        return session.get_one(Job, job_id).state


def test_a_job_is_written_with_what_causes_it(database: Database) -> None:
    with database.write() as session:
        queue.enqueue(session, "greet", {}, now=NOW)
        session.rollback()

    assert queue.claim(database, now=NOW) is None


def test_a_due_job_is_claimed_once(database: Database) -> None:
    job_id = add(database)

    first, second = queue.claim(database, now=NOW), queue.claim(database, now=NOW)

    assert first is not None
    assert (first.id, first.kind, first.payload) == (job_id, "greet", {"who": "anna"})
    assert second is None


def test_work_for_later_waits(database: Database) -> None:
    add(database, run_at=NOW + MINUTE)

    assert queue.claim(database, now=NOW) is None
    assert queue.claim(database, now=NOW + MINUTE) is not None


def test_the_job_that_is_due_longest_comes_first(database: Database) -> None:
    add(database, run_at=NOW)
    older = add(database, run_at=NOW - MINUTE)

    claimed = queue.claim(database, now=NOW)

    assert claimed is not None
    assert claimed.id == older


def test_a_dead_workers_job_comes_back_when_its_lease_has_run_out(
    database: Database,
) -> None:
    add(database)
    dead = queue.claim(database, now=NOW)

    again = queue.claim(database, now=NOW + queue.LEASE)

    assert dead is not None
    assert again is not None
    assert again.attempts == 2
    queue.done(database, dead)
    assert state(database, again.id) is JobState.RUNNING, "a lost lease closes nothing"
    queue.done(database, again)
    assert state(database, again.id) is JobState.DONE


def test_a_failing_job_is_tried_with_growing_pauses_and_then_given_up(
    database: Database,
) -> None:
    job_id = add(database)
    now, pauses = NOW, []
    while (job := queue.claim(database, now=now)) is not None:
        queue.failed(database, job, error=ValueError("no"), now=now)
        with database.read() as session:
            row = session.get_one(Job, job_id)
        if row.state is JobState.FAILED:
            break
        pauses.append(row.run_at - now)
        now = row.run_at

    assert tuple(pauses) == queue.RETRY_AFTER
    assert state(database, job_id) is JobState.FAILED


def test_a_pointless_job_fails_at_once(database: Database) -> None:
    job_id = add(database)
    job = queue.claim(database, now=NOW)
    assert job is not None

    queue.failed(database, job, error=queue.Pointless("never"), now=NOW)

    assert state(database, job_id) is JobState.FAILED


@pytest.mark.parametrize("times", [1, 20])
def test_waiting_for_somebody_else_spends_no_attempt(
    database: Database, times: int
) -> None:
    add(database)
    now = NOW
    for _ in range(times):
        job = queue.claim(database, now=now)
        assert job is not None
        assert job.attempts == 1
        queue.failed(database, job, error=queue.NotNow("busy", seconds=60), now=now)
        now += MINUTE


def test_a_failure_keeps_the_words_and_not_the_address(database: Database) -> None:
    job_id = add(database)
    claimed = queue.claim(database, now=NOW)
    assert claimed is not None

    refused = ValueError("450 4.2.1 <anna@example.nl>: greylisted")
    queue.failed(database, claimed, error=refused, now=NOW)

    with database.read() as session:
        kept = session.get_one(Job, job_id).error
    assert kept == "ValueError: 450 4.2.1 <(address)>: greylisted"
