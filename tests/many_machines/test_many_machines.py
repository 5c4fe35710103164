"""Many machines: workers whom Celery tells to look, with real brokers.

Two workers on one host stand for two machines: they meet in PostgreSQL and in the
broker. Where one is killed they share a home, for its journals are replayed from there.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.dispatch.models import Chunk
from newsletter.signup import FilledIn, sign_up
from tests.faults import crew
from tests.faults.conftest import Fresh
from tests.faults.crew import Worker
from tests.faults.installation import ISSUE, Installation
from tests.faults.oracle import Verdict, judge
from tests.faults.stand_in import StandIn, running
from tests.servers.rabbitmq import RabbitMq

LONGEST_SECONDS = 180
READY = " ready."  # Celery's own word for it


@pytest.fixture
def installation(fresh: Fresh) -> Installation:
    """Its mailing is paused until the workers are ready to share it."""
    started = fresh("postgresql")
    started.command.run("mailings", "pause", str(ISSUE))
    return started


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[StandIn]:
    """Slow enough for two to find each other at work."""
    with running(StandIn("relay", tmp_path / "record", slow=0.02)) as stand_in:
        yield stand_in


def wait_until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.05)


@contextmanager
def two_workers(
    installation: Installation, *, apart: bool = False, **environment: str
) -> Iterator[list[Worker]]:
    """Both wait for messages; whoever still runs at the end is killed.

    ``apart``: each has a home of its own, as on two machines.
    """
    homes = ["home", "second" if apart else "home"]
    (installation.folder / homes[1] / "journals").mkdir(parents=True, exist_ok=True)
    workers = [
        crew.start(
            installation,
            BUURTPOST_HOME=str(installation.folder / home),
            BUURTPOST_SECRET_KEY="the same on every machine",
            **environment,
        )
        for home in homes
    ]
    try:
        wait_until(lambda: workers[0].said.count(READY) == 2)
        yield workers
    finally:
        for worker in workers:
            if worker.process.poll() is None:
                worker.kill()
    assert "Traceback" not in workers[0].said, workers[0].said


def holders(installation: Installation) -> set[str]:
    """Which dispatchers have a chunk in hand."""
    with installation.database.read() as session:
        found = session.scalars(select(Chunk.worker).where(Chunk.worker.is_not(None)))
        return {name for name in found if name is not None}


def resume(installation: Installation) -> None:
    installation.command.run("mailings", "resume", str(ISSUE))


def is_sent(installation: Installation) -> bool:
    return installation.receipt()["state"] == "sent"


def verdict(
    installation: Installation, relay: StandIn, *, most_in_doubt: int
) -> Verdict:
    return judge(installation.ledger(), relay.lines(), most_in_doubt=most_in_doubt)


@pytest.mark.parametrize("broker", ["rabbitmq_url", "redis_url"])
def test_two_workers_share_a_mailing_and_one_may_go_home_early(
    installation: Installation,
    relay: StandIn,
    broker: str,
    request: pytest.FixtureRequest,
) -> None:
    url = request.getfixturevalue(broker)
    environment = {"BUURTPOST_BROKER_URL": url, **relay.environment(1)}

    with two_workers(installation, apart=True, **environment) as (first, second):
        resume(installation)
        wait_until(lambda: len(holders(installation)) == 2)
        assert first.stop() == 0
        wait_until(lambda: is_sent(installation))
        assert second.stop() == 0

    found = verdict(installation, relay, most_in_doubt=0)
    assert found.wrong == ()
    assert (found.accepted, found.in_doubt) == (found.prepared, 0)


def test_of_a_killed_worker_the_other_takes_over(
    installation: Installation, relay: StandIn, rabbitmq_url: str
) -> None:
    environment = {"BUURTPOST_BROKER_URL": rabbitmq_url, **relay.environment(1)}

    with two_workers(installation, **environment) as (first, _second):
        resume(installation)
        wait_until(lambda: len(holders(installation)) == 2)
        first.kill()
        wait_until(lambda: is_sent(installation))

    found = verdict(installation, relay, most_in_doubt=1)
    assert found.wrong == ()
    assert found.accepted + found.in_doubt == found.prepared


def test_a_broker_that_comes_and_goes_stops_no_mailing(
    installation: Installation, relay: StandIn, rabbitmq: RabbitMq
) -> None:
    environment = {"BUURTPOST_BROKER_URL": rabbitmq.url, **relay.environment(1)}

    with two_workers(installation, **environment) as workers:
        rabbitmq.stop()
        resume(installation)  # nobody can be told; the row says it
        rabbitmq.start()
        wait_until(lambda: holders(installation))
        rabbitmq.stop()
        # Whoever is sending goes on, and answers nobody at the end of the turn.
        wait_until(lambda: is_sent(installation))
        assert [worker.stop() for worker in workers] == [0, 0]

    found = verdict(installation, relay, most_in_doubt=0)
    assert found.wrong == ()
    assert (found.accepted, found.in_doubt) == (found.prepared, 0)


def test_a_sign_up_is_confirmed_by_a_worker_that_was_told_to_look(
    installation: Installation, rabbitmq_url: str
) -> None:
    with two_workers(installation, BUURTPOST_BROKER_URL=rabbitmq_url):
        sign_up(
            installation.database,
            FilledIn(
                address="nieuw@example.nl",
                list_slug="buurtwijs",
                region=None,
                roles=[],
                partners=[],
                language="nl",
                name=None,
            ),
            source="form",
            now=datetime.now(UTC),
        )
        folder = installation.folder / "home" / "outbox" / "service"
        wait_until(lambda: list(folder.glob("*.eml")))


def test_without_a_broker_once_does_the_same(installation: Installation) -> None:
    resume(installation)

    nowhere = "amqp://127.0.0.1:1//"
    assert crew.run_once(installation, BUURTPOST_BROKER_URL=nowhere) == 0

    assert is_sent(installation)


def test_a_broker_that_refuses_the_password_is_said_in_a_sentence(
    installation: Installation, rabbitmq_url: str
) -> None:
    wrong = rabbitmq_url.replace("guest:guest", "guest:geheim")

    said = installation.command.refused("worker", BUURTPOST_BROKER_URL=wrong)

    assert "BUURTPOST_BROKER_URL" in said
    assert "geheim" not in said
