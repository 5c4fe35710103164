"""One rate over several real workers: each a dispatcher process of its own."""

import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from database.session import Database
from newsletter.dispatch.sending import COMMAND
from tests.newsletter.dispatch.village import Village, check_sums

READERS = [f"reader{number:03}" for number in range(120)]
RATE = 30
WORKERS = 3


@pytest.fixture
def village(database: Database, tmp_path: Path) -> Village:
    return Village(database, tmp_path / "home")


def start_dispatcher(village: Village) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, "5"],
        env=dict(village.settings.environment),
        cwd=Path(__file__).parents[4],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def waiting_for_the_rate(village: Village) -> subprocess.Popen[bytes]:
    """A worker that sent the first of three, and waits for the second."""
    village.with_settings(BUURTPOST_RATE="0.05")
    village.build("anna", "ben", "cleo", editions=())
    village.now = datetime.now(UTC)
    village.start()
    worker = start_dispatcher(village)
    while not written(village):
        time.sleep(0.1)
    return worker


def ended(worker: subprocess.Popen[bytes]) -> bytes:
    """What it said, once it has ended by itself: the end of its input would end it."""
    assert worker.wait(timeout=60) == 0
    said, _ = worker.communicate()
    return said


def written(village: Village) -> list[float]:
    """When each mail was written."""
    folder = village.settings.outbox / "42"
    return sorted(path.stat().st_mtime for path in folder.glob("*.eml"))


def test_three_workers_together_keep_to_the_rate(village: Village) -> None:
    village.with_settings(BUURTPOST_RATE=str(RATE), BUURTPOST_CHUNK="40")
    village.build(*READERS, editions=())
    village.now = datetime.now(UTC)
    village.start()

    workers = [start_dispatcher(village) for _ in range(WORKERS)]
    assert [ended(worker) for worker in workers] == [b""] * WORKERS

    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["accepted"]) == ("sent", len(READERS))
    moments = written(village)
    assert len(moments) == len(READERS)
    # The last part begins when all before it have had their time.
    least = (len(READERS) - RATE) / RATE - 0.3
    assert least <= moments[-1] - moments[0] <= 3 * least + 5


def test_a_worker_that_waits_for_the_rate_ends_within_its_grace(
    village: Village,
) -> None:
    worker = waiting_for_the_rate(village)

    worker.terminate()
    told = time.monotonic()

    assert ended(worker) == b""
    assert time.monotonic() - told < 4
    document = village.receipt()
    check_sums(document)
    assert (document["accepted"], document["waiting"]) == (1, 2)
    assert document["in_doubt"] == 0


def test_what_waits_is_pausable_while_a_real_worker_waits(village: Village) -> None:
    worker = waiting_for_the_rate(village)

    village.pause()
    told = time.monotonic()

    assert ended(worker) == b""
    # Two seconds to obey, and a moment for a Python process to end.
    assert time.monotonic() - told < 4
    assert village.receipt()["waiting"] == 2
