"""kill -9 at named points and at random: nobody lost, nobody doubled.

A kill proves claims, leases and the journal, not fsync: the kernel keeps what the
process wrote.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from database.session import Database
from newsletter.dispatch.flight import journal, ledger, recovery
from newsletter.providers import PROVIDERS
from tests.newsletter.dispatch.dying import POINTS, Recording
from tests.newsletter.dispatch.fakes import Killed, Scripted
from tests.newsletter.dispatch.village import Village, check_sums

NAMES = tuple("abcdefghijklm")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def sqlite_village(sqlite_database: Database, tmp_path: Path) -> Village:
    return Village(sqlite_database, tmp_path / "home", now=datetime.now(UTC))


def start_worker(
    village: Village, taken: Path, *, point: str = "", nth: int = 0, seconds: float = 0
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.newsletter.dispatch.dying",
            point,
            str(nth),
            str(seconds),
        ],
        cwd=ROOT,
        env={**os.environ, **village.settings.environment, "TAKEN": str(taken)},
    )


def taken_by(taken: Path) -> Counter[str]:
    lines = taken.read_text().splitlines() if taken.exists() else []
    return Counter(line.partition("@")[0] for line in lines)


def finish(village: Village, taken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker on the same host, with the same provider, that lives."""
    monkeypatch.setitem(PROVIDERS, "outbox", lambda _settings: Recording(taken))
    village.now = datetime.now(UTC)
    village.work()


@pytest.mark.parametrize("point", POINTS)
def test_whatever_the_point_of_death_another_worker_goes_on(
    sqlite_village: Village,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    village, taken = sqlite_village, tmp_path / "taken"
    village.build(*NAMES)
    village.with_settings(BUURTPOST_CHUNK="5")
    village.start()

    child = start_worker(village, taken, point=point, nth=7)
    assert child.wait(timeout=60) == -signal.SIGKILL
    check_sums(village.receipt())
    finish(village, taken, monkeypatch)

    document = village.receipt()
    check_sums(document)
    got = taken_by(taken)
    assert max(got.values()) == 1, "nobody twice"
    doubted = 1 if point in {"handed over", "taken"} else 0
    assert (document["accepted"], document["in_doubt"]) == (13 - doubted, doubted)
    # Who was handed over and never taken is the one nobody knows of.
    assert len(got) == 13 - (point == "handed over")
    assert list(village.settings.journals.iterdir()) == []
    assert document["state"] == "sent"


@pytest.mark.parametrize("seed", [1])
def test_killed_again_and_again_at_random(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    village = Village(database, tmp_path / "home", now=datetime.now(UTC))
    taken, dice = tmp_path / "taken", random.Random(seed)
    village.build(*(f"reader{number}" for number in range(60)))
    village.with_settings(BUURTPOST_CHUNK="10")
    village.start()
    kills = 0

    for _ in range(2):
        child = start_worker(village, taken, seconds=0.02)
        before = sum(taken_by(taken).values())
        while child.poll() is None and sum(taken_by(taken).values()) == before:
            check_sums(village.receipt())
            time.sleep(0.02)
        time.sleep(dice.uniform(0, 0.6))
        if child.poll() is None:
            child.kill()
            kills += 1
        child.wait(timeout=60)
        check_sums(village.receipt())
    finish(village, taken, monkeypatch)

    document, got = village.receipt(), taken_by(taken)
    check_sums(document)
    assert kills > 0
    assert max(got.values()) == 1, f"nobody twice (seed {seed})"
    assert document["in_doubt"] <= kills
    assert document["accepted"] + document["in_doubt"] == 60
    assert 60 - document["in_doubt"] <= len(got) <= 60
    assert document["state"] == "sent"


def killed_in_mid_chunk(village: Village, scripted: Scripted) -> None:
    """The second of three is handed over when the process dies."""
    village.build("anna", "ben", "cleo")
    village.start()
    order: list[str] = []

    def die_at_the_second(name: str) -> None:
        order.append(name)
        if len(order) == 2:
            scripted.answers[name] = "killed"

    scripted.before_each = die_at_the_second
    with pytest.raises(Killed):
        village.work()
    scripted.before_each = lambda _name: None
    assert village.receipt()["sending"] == 3


def test_after_a_power_cut_the_unrecorded_rest_is_in_doubt(
    village: Village, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_in_mid_chunk(village, scripted)
    monkeypatch.setattr(journal, "boot_id", lambda: b"after the reboot")

    village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["in_doubt"], document["state"]) == (3, "sent")
    assert sum(scripted.got.values()) == 1


def test_of_a_host_that_is_gone_the_unrecorded_rest_is_in_doubt_after_the_lease(
    village: Village, scripted: Scripted
) -> None:
    killed_in_mid_chunk(village, scripted)
    for file in village.settings.journals.iterdir():
        file.unlink()

    village.work(later=ledger.LEASE - timedelta(seconds=1))
    assert village.receipt()["sending"] == 3, "it may still come back"
    village.work(later=timedelta(seconds=1))

    assert village.receipt()["in_doubt"] == 3
    assert sum(scripted.got.values()) == 1


def test_nobody_in_doubt_is_mailed_again_by_itself(
    village: Village, scripted: Scripted
) -> None:
    killed_in_mid_chunk(village, scripted)
    for _ in range(100):
        village.work(later=timedelta(hours=1))

    document = village.receipt()
    check_sums(document)
    assert (document["accepted"], document["in_doubt"]) == (2, 1)
    assert max(scripted.got.values()) == 1


def test_a_worker_that_lost_its_lease_records_nothing(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben", "cleo")
    village.start()

    def lose_it(_name: str) -> None:
        """The host was cut off for longer than the lease; another one took over."""
        scripted.before_each = lambda _name: None
        for file in village.settings.journals.iterdir():
            file.rename(file.with_suffix(".elsewhere"))
        village.work(later=ledger.LEASE)

    scripted.before_each = lose_it
    village.work()

    document = village.receipt()
    check_sums(document)
    assert document["in_doubt"] == 3
    assert document["accepted"] == 0


def test_a_stale_journal_changes_nothing(village: Village, scripted: Scripted) -> None:
    village.build("anna", "ben", "cleo")
    village.start()
    stale = journal.create(
        village.settings.journals, journal.Holder(1, 1, 77), places=3
    )
    stale.marks.handed_over(0)
    stale.close()

    village.work()

    assert village.receipt()["accepted"] == 3
    assert list(village.settings.journals.iterdir()) == []


def test_a_journal_that_could_not_be_recorded_is_replayed_by_the_same_worker(
    village: Village, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_in_mid_chunk(village, scripted)
    with monkeypatch.context() as patch:
        patch.setattr(recovery, "record", _cut_off)
        with pytest.raises(Killed):
            village.recover()

    village.work()

    document = village.receipt()
    assert (document["accepted"], document["in_doubt"]) == (2, 1)
    assert list(village.settings.journals.iterdir()) == []


def test_a_claim_that_never_committed_speaks_for_no_later_one(
    village: Village, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.build("anna", "ben", "cleo")
    village.start()
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_take_readers", _cut_off)
        with pytest.raises(Killed):
            village.work()
    (stale,) = village.settings.journals.iterdir()

    def replay_the_stale_one(_name: str) -> None:
        """Another worker comes by while the second claim is being sent."""
        village.recover()

    scripted.before_each = replay_the_stale_one
    village.work()

    assert not stale.exists()
    assert scripted.got == {"anna": 1, "ben": 1, "cleo": 1}
    assert village.receipt()["accepted"] == 3


def _cut_off(*_given: object, **_named: object) -> None:
    raise Killed
