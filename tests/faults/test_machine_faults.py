"""What goes wrong around a worker: its host, its clock, its disk, its database."""

import signal
import time
from contextlib import suppress

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from newsletter.dispatch.models import Chunk, Mailing
from tests.faults import crew
from tests.faults.crew import Worker
from tests.faults.installation import Installation
from tests.faults.postgres import OwnServer
from tests.faults.trial import Trial, trial, wait

# Fifteen minutes of lease and ten for the longest reply, a hundred and fifty times
# faster: what holds is that no reply may come after the lease.
SHORT_LEASE = {
    "newsletter.dispatch.flight.ledger:LEASE": {"seconds": 6},
    "newsletter.dispatch.flight.ledger:LONGEST_REPLY": {"seconds": 4},
    "newsletter.dispatch.flight.hold:RENEW_SECONDS": 0.5,
    "newsletter.dispatch.flight.hold:LOOK_SECONDS": 0.2,
}
ANOTHER_BOOT = {"newsletter.dispatch.flight.journal:_BOOT_ID": {"path": "boot_id"}}


def another_host(test: Trial) -> Trial:
    """The same database seen from a machine with journals of its own."""
    folder = test.installation.folder.with_name("another-host")
    (folder / "home" / "journals").mkdir(parents=True)
    key = "secret.key"
    (folder / "home" / key).write_text(
        (test.installation.folder / "home" / key).read_text()
    )
    installation = Installation(folder, test.installation.url)
    return Trial(
        installation, test.stand_in, test.watcher, test.connections, test.values
    )


def stop_between_two_commits(sleeper: Worker, test: Trial) -> int:
    """SIGSTOP; how many it is sending. Others would wait for a lock it holds."""
    while True:
        sleeper.signal(signal.SIGSTOP)
        held: int = test.receipt()["sending"]
        with (
            suppress(OperationalError),
            test.installation.database.write.begin() as one,
        ):
            one.execute(select(Mailing.id).with_for_update(nowait=True))
            one.execute(select(Chunk.id).with_for_update(nowait=True))
            if held:
                return held
        sleeper.signal(signal.SIGCONT)
        time.sleep(0.05)


def test_a_sender_stopped_beyond_its_lease_hands_nothing_more_over(
    started: Installation,
) -> None:
    with trial(started, slow=0.05, values=SHORT_LEASE) as test:
        other = another_host(test)
        sleeper = test.start()
        test.wait_for_mails(20)
        held = stop_between_two_commits(sleeper, test)

        # Its lease runs out; another machine doubts what it held and sends the rest.
        # Answers to the sleeper lie ready in its sockets all the while.
        time.sleep(6)
        assert other.work() == 0
        assert test.receipt()["state"] == "sent"
        before = len(test.stand_in.lines())
        sleeper.signal(signal.SIGCONT)
        time.sleep(3)

        assert len(test.stand_in.lines()) == before, "it handed something over"
        assert sleeper.stop() == 0
        verdict = test.judge(most_in_doubt=held)
        assert verdict.in_doubt == held, "nobody knows how far it came"
        other.installation.close()


@pytest.mark.long
def test_a_sender_stopped_for_a_while_on_its_own_host_goes_on(
    on_sqlite: Installation,
) -> None:
    with trial(on_sqlite, slow=0.05, values=SHORT_LEASE) as test:
        sleeper = test.start()
        test.wait_for_mails(20)
        sleeper.signal(signal.SIGSTOP)
        time.sleep(7)
        assert test.work() == 0, "its journal is locked: it is alive, only slow"
        sleeper.signal(signal.SIGCONT)
        wait(lambda: test.receipt()["state"] == "sent")
        assert sleeper.stop() == 0

        verdict = test.judge()
        assert (verdict.accepted, verdict.in_doubt) == (300, 0)


def test_after_a_power_cut_the_unrecorded_rest_is_in_doubt(
    started: Installation,
) -> None:
    with trial(started, slow=0.05) as test:
        worker = test.start()
        test.wait_for_mails(20)
        worker.kill()
        held = test.receipt()["sending"]
        assert held > 0

        (started.folder / "boot_id").write_text("00000000-0000-0000-0000-000000000001")
        test.values = ANOTHER_BOOT
        test.stand_in.down()
        test.stand_in.up(slow=0)
        test.work()

        verdict = test.judge(most_in_doubt=held)
        assert verdict.in_doubt == held, "never a guess"
        assert verdict.accepted == 300 - held


def test_a_full_disk_while_recording_loses_nobody(on_sqlite: Installation) -> None:
    with trial(on_sqlite, slow=0.02) as test:
        worker = test.start()
        test.wait_for_mails(20)
        crew.fill_the_disk_of(worker)
        taken = test.wait_until_quiet()
        assert worker.is_alive, "a full disk passes"
        assert taken < 300
        test.judge(most_in_doubt=300, is_over=False)

        crew.empty_the_disk_of(worker)
        wait(lambda: test.receipt()["state"] == "sent")
        assert worker.stop() == 0

        verdict = test.judge()
        assert (verdict.accepted, verdict.in_doubt) == (300, 0)


@pytest.mark.long
def test_on_a_full_disk_a_worker_says_what_to_do(on_sqlite: Installation) -> None:
    with trial(on_sqlite) as test:
        ended = crew.run_once_without_room(
            on_sqlite, **test.stand_in.environment(test.connections)
        )

        assert ended.returncode == 1
        assert "Traceback" not in ended.stderr
        assert "room" in ended.stderr
        test.work()
        assert test.judge().accepted == 300


@pytest.mark.long
def test_a_clock_that_steps_back_an_hour_costs_nobody_anything(
    started: Installation,
) -> None:
    with trial(started, slow=0.05) as test:
        worker = test.start("--once", clock={"step": -3600, "after": 2.5})
        assert worker.wait() == 0

        verdict = test.judge()
        assert (verdict.accepted, verdict.in_doubt) == (300, 0), "nor does it wait"


def test_a_database_that_is_killed_and_comes_back_loses_nobody(
    own_server: OwnServer, on_own_server: Installation
) -> None:
    with trial(on_own_server, slow=0.05) as test:
        worker = test.start()
        test.wait_for_mails(40)
        own_server.kill()
        taken = test.wait_until_quiet()
        assert worker.is_alive, "a database that restarts ends no worker"
        assert taken < 300

        own_server.start()
        test.watcher.wait_for_a_read()
        wait(lambda: test.receipt()["state"] == "sent")
        assert worker.stop() == 0

        verdict = test.judge()
        assert (verdict.accepted, verdict.in_doubt) == (300, 0)
        assert test.watcher.refused > 0
