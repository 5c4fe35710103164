"""The worker: everything that is due, no more, and a good end."""

import errno
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from database.session import Database
from newsletter.dispatch import sending
from newsletter.dispatch.flight import journal
from newsletter.dispatch.sending import DispatcherFailed, SendingHere
from newsletter.jobs import queue
from newsletter.jobs.context import Context
from newsletter.jobs.models import Job, JobState
from newsletter.jobs.queue import RETRY_AFTER, enqueue
from newsletter.providers.base import Stop
from newsletter.worker import WorkerTrouble, loop, run_once, run_once_apart
from tests.newsletter.dispatch.village import Village


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


class Busy:
    """A dispatcher that is at work for as long as it is looked at ten times."""

    def __init__(self, at_fifth: Callable[[], None]) -> None:
        self.troubles: list[str] = []
        self.looks = 0
        self._at_fifth = at_fifth

    def look(self, *, stop: Stop) -> bool:
        self.looks += 1
        if self.looks == 5:
            self._at_fifth()
        return self.looks < 10

    def close(self) -> None:
        """Nothing is left running."""


def test_a_sign_up_does_not_wait_behind_a_long_mailing(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = Busy(lambda: add(village, "watch"))
    seen = []

    def watch(_context: Context, _payload: dict[str, object]) -> None:
        seen.append(busy.looks)

    monkeypatch.setattr("newsletter.worker.JOBS", {"watch": watch})
    run_once(village.context, sending=busy)

    assert seen == [5]


def test_a_mailing_goes_by_a_process_of_its_own(village: Village) -> None:
    village.now = datetime.now(UTC)
    village.build("anna", "ben")
    village.start()

    run_once_apart(village.context, grace_seconds=5)

    assert set(village.outbox()) == {"anna", "ben"}
    assert village.receipt()["state"] == "sent"


def test_what_its_dispatcher_could_not_do_the_worker_says(village: Village) -> None:
    village.now = datetime.now(UTC)
    village.with_settings(BUURTPOST_PROVIDER="sendgrid", SENDGRID_API_KEY="SG.key")
    village.build("anna")
    village.start()
    village.with_settings(BUURTPOST_PROVIDER="sendgrid", SENDGRID_API_KEY="")

    with pytest.raises(WorkerTrouble, match="SENDGRID_API_KEY is not set"):
        run_once_apart(village.context, grace_seconds=5)

    assert village.receipt()["state"] == "paused"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import os; os.abort()", "ended 3 times with code -6"),
        ('print(\'{"failed": "The disk is full."}\'); exit(1)', "The disk is full"),
    ],
)
def test_a_dispatcher_that_cannot_work_is_not_started_for_ever(
    village: Village, monkeypatch: pytest.MonkeyPatch, code: str, sentence: str
) -> None:
    village.now = datetime.now(UTC)
    village.build("anna")
    village.start()
    monkeypatch.setattr(sending, "COMMAND", (sys.executable, "-c", code))

    with pytest.raises(DispatcherFailed, match=sentence):
        run_once_apart(village.context, grace_seconds=5)

    assert village.receipt()["waiting"] == 1


def test_the_dispatcher_ends_well_while_its_worker_lives(village: Village) -> None:
    """And by itself when nothing is due."""
    child = subprocess.Popen(
        [*sending.COMMAND, "5"],
        env=dict(village.settings.environment),
        stdin=subprocess.PIPE,
    )
    assert child.wait(timeout=30) == 0
    assert child.stdin is not None
    child.stdin.close()


LEAN = """
import sys, newsletter.dispatch.flight.__main__
heavy = {"sqlalchemy", "flask", "jinja2", "babel", "sendgrid", "mjml", "psycopg"}
print(sorted(heavy & set(sys.modules)))
"""


def test_the_dispatcher_loads_no_orm_no_templates_and_no_provider() -> None:
    said = subprocess.run(
        [sys.executable, "-c", LEAN], capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"


def test_the_loop_works_until_it_is_told_to_stop(village: Village) -> None:
    village.now = datetime.now(UTC)
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
    monkeypatch.setattr(
        "newsletter.worker.SendingApart",
        lambda context, grace_seconds: SendingHere(context),
    )
    loop(village.context, grace_seconds=5, stopped=stopped)

    assert full == []
    assert "No space left" in caplog.text


def test_a_database_that_is_away_is_said_once_and_so_is_its_return(
    village: Village, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stopped = threading.Event()
    claim, away = queue.claim, [0] * 3

    def claim_when_it_is_back(*which: Any, **named: Any) -> queue.ClaimedJob | None:
        if away:
            away.pop()
            gone = OSError("server closed the connection unexpectedly\nsecret detail")
            raise OperationalError("SELECT ...", {}, gone)
        stopped.set()
        return claim(*which, **named)

    monkeypatch.setattr(queue, "claim", claim_when_it_is_back)
    monkeypatch.setattr("newsletter.worker.IDLE_SECONDS", 0.01)

    with caplog.at_level("INFO", logger="buurtpost.worker"):
        loop(village.context, grace_seconds=5, stopped=stopped)

    away_said, back_said = caplog.messages
    assert away_said.startswith(
        "The database cannot be used: server closed the connection unexpectedly. Check"
    )
    assert "secret" not in away_said
    assert back_said == "The worker goes on."


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
