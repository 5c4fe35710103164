"""The worker: everything that is due, no more, and a good end."""

import errno
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from database.session import Database
from newsletter import agenda
from newsletter.dispatch.flight import journal
from newsletter.jobs.context import Context
from newsletter.jobs.models import Job, JobState
from newsletter.jobs.queue import RETRY_AFTER, enqueue
from newsletter.worker import loop
from tests.conftest import NOW
from tests.newsletter.dispatch.village import Village
from tests.newsletter.issues.world import World


@pytest.fixture
def village(database: Database, tmp_path: Path) -> Village:
    return Village(database, tmp_path / "home")


def add(village: Village, kind: str, **payload: object) -> None:
    with village.database.write.begin() as session:
        enqueue(session, kind, payload, now=village.now)


def jobs(village: Village) -> list[Job]:
    with village.database.read() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


def test_work_made_by_its_own_work_is_done_too(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    def count_down(context: Context, payload: dict[str, int]) -> None:
        if payload["left"]:
            with context.database.write.begin() as session:
                left = payload["left"] - 1
                enqueue(session, "count", {"left": left}, now=context.now())

    monkeypatch.setattr("newsletter.worker.JOBS", {"count": count_down})
    add(village, "count", left=4)

    village.work()

    assert [job.state for job in jobs(village)] == [JobState.DONE] * 5


def test_later_work_is_not_waited_for(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def fail(_context: Context, _payload: dict[str, object]) -> None:
        tries.append(1)
        raise ValueError("not today")

    monkeypatch.setattr("newsletter.worker.JOBS", {"fail": fail})
    add(village, "fail")

    village.work()
    assert len(tries) == 1
    village.work(later=RETRY_AFTER[0])
    assert len(tries) == 2


def test_a_job_nobody_knows_fails_and_stops_nothing(village: Village) -> None:
    add(village, "nonsense")
    add(village, "confirmation", request=404)

    village.work()

    assert [job.state for job in jobs(village)] == [JobState.FAILED, JobState.DONE]


def test_a_job_that_kills_every_worker_is_given_up(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Death(BaseException):
        """A process killed in mid-job: nobody is left to say that it failed."""

    def kill(_context: Context, _payload: dict[str, object]) -> None:
        raise Death

    monkeypatch.setattr("newsletter.worker.JOBS", {"kill": kill})
    add(village, "kill")
    for _ in range(len(RETRY_AFTER) + 1):
        with pytest.raises(Death):
            village.work(later=timedelta(minutes=15))

    village.work(later=timedelta(minutes=15))

    (job,) = jobs(village)
    assert job.state is JobState.FAILED
    assert "worker died" in job.error


def test_a_sign_up_does_not_wait_behind_a_long_mailing(village: Village) -> None:
    def also(world: World) -> None:
        enqueue(world.session, "watch", {}, run_at=NOW + timedelta(minutes=1), now=NOW)

    village.build(*"abcdefghi", also=also)
    village.start()
    seen = []

    def watch(_context: Context, _payload: dict[str, object]) -> None:
        seen.append(len(village.outbox()))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("newsletter.worker.JOBS", {**agenda.JOBS, "watch": watch})
        patch.setattr(
            type(village),
            "context",
            property(lambda self: _ticking(self)),
        )
        village.work()

    assert seen
    assert seen[0] < 9


def _ticking(village: Village) -> Context:
    """A clock that goes twenty seconds on each time it is looked at."""
    from subscribers.tokens import Signer

    def tick() -> object:
        village.now += timedelta(seconds=20)
        return village.now

    signer = Signer(village.settings.signing_keys())
    return Context(village.database, village.settings, signer, tick)  # type: ignore[arg-type]


def test_the_loop_works_until_it_is_told_to_stop(village: Village) -> None:
    village.build("anna")
    village.start()
    stopped = threading.Event()
    worker = threading.Thread(
        target=loop,
        args=(village.context,),
        kwargs={"grace_seconds": 5, "stopped": stopped},
    )
    worker.start()
    for _ in range(200):
        if village.receipt()["state"] == "sent":
            break
        stopped.wait(0.05)
    stopped.set()
    worker.join(timeout=10)

    assert not worker.is_alive()
    assert set(village.outbox()) == {"anna"}


def test_a_disk_that_is_full_for_a_while_does_not_end_the_loop(
    village: Village, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    village.build("anna")
    village.start()
    stopped = threading.Event()
    create, full = journal.create, [OSError(errno.ENOSPC, "No space left on device")]

    def create_when_there_is_room(*which: Any, **named: Any) -> journal.Journal:
        if full:
            raise full.pop()
        stopped.set()
        return create(*which, **named)

    monkeypatch.setattr("newsletter.worker.IDLE_SECONDS", 0.01)
    monkeypatch.setattr(journal, "create", create_when_there_is_room)
    loop(village.context, grace_seconds=5, stopped=stopped)

    assert full == []
    assert "No space left" in caplog.text


def test_sigterm_ends_the_command_with_exit_0(
    sqlite_database: Database, tmp_path: Path
) -> None:
    village = Village(sqlite_database, tmp_path / "home")
    village.build("anna")
    village.start()
    buurtpost = Path(sys.executable).with_name("buurtpost")
    worker = subprocess.Popen(
        [buurtpost, "worker"],
        env=dict(village.settings.environment),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stderr is not None
    said = ""
    for line in worker.stderr:
        said += line
        if "accepted=1" in line:
            break
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=20) == 0
    worker.stderr.close()
    assert "@" not in said, "no address in a log"
