"""The rows of the pace, asked by several real processes at once, on both databases."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from database.driver import Driver, open_driver
from database.session import Database
from newsletter.dispatch.flight.pace.buckets import (
    CATCH_UP_SECONDS,
    grant_from,
    step_seconds,
    take_from,
)
from newsletter.dispatch.flight.pace.limits import LEARN, allow_from

WORKERS = 3
SECONDS = 3.0
RATE = 50.0
PART = 10
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)

Went = list[tuple[float, int]]


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def driver(database: Database) -> Iterator[Driver]:
    driver = open_driver(url_of(database))
    yield driver
    driver.close()


def send_at_a_rate(url: str, barrier: Barrier) -> Went:
    """A worker that hands over in no time: when, and how many."""
    driver, went = open_driver(url), []
    barrier.wait(timeout=60)
    until = time.time() + SECONDS
    while (now := time.time()) < until:
        with driver.transaction() as transaction:
            wait = take_from(transaction, "smtp", PART, rate=RATE, now=now)
        if not wait:
            went.append((now, PART))
        time.sleep(wait)
    driver.close()
    return went


def send_to_a_domain(url: str, barrier: Barrier) -> Went:
    driver, went = open_driver(url), []
    barrier.wait(timeout=60)
    until = time.time() + SECONDS
    while (now := time.time()) < until:
        with driver.transaction() as transaction:
            granted = grant_from(
                transaction,
                {"example.nl": PART, "example.org": PART},
                rates={"example.nl": RATE},
                now=now,
            )
        went.append((now, granted["example.nl"].now))
        time.sleep(0.05)
    driver.close()
    return went


@pytest.mark.parametrize(
    ("work", "at_once"),
    [
        (send_at_a_rate, PART + RATE * CATCH_UP_SECONDS),
        (send_to_a_domain, RATE * step_seconds(RATE)),
    ],
)
def test_several_processes_together_keep_to_one_rate(
    database: Database, work: Callable[[str, Barrier], Went], at_once: float
) -> None:
    # Not forked: the pool of this process has threads and connections.
    spawned = multiprocessing.get_context("spawn")
    with spawned.Manager() as manager, ProcessPoolExecutor(WORKERS, spawned) as pool:
        barrier = manager.Barrier(WORKERS)
        futures = [pool.submit(work, url_of(database), barrier) for _ in range(WORKERS)]
        went = [one for future in futures for one in future.result(timeout=90)]

    seconds = max(at for at, _ in went) - min(at for at, _ in went)
    sent = sum(count for _, count in went)
    assert sent <= RATE * seconds + at_once + 1
    # A machine that is busy with other tests wakes them late now and then.
    assert sent >= RATE * seconds * 0.7


def test_a_domain_without_a_rate_has_no_row(driver: Driver) -> None:
    with driver.transaction() as transaction:
        assert grant_from(transaction, {"example.nl": 9}, rates={}, now=0.0) == {}
        assert transaction.all("SELECT name FROM bucket") == []


def test_a_learnt_limit_is_shared_and_counted(driver: Driver) -> None:
    with driver.transaction() as transaction:
        transaction.run(
            LEARN,
            provider="smtp",
            most=100,
            window_seconds=86_400,
            now=driver.moment(NOON - DAY),
            until=driver.moment(NOON - DAY / 2),
        )

    def allowed(count: int, now: datetime) -> int:
        with driver.transaction() as transaction:
            found = allow_from(driver, transaction, "smtp", count, now=now)
        assert found is not None
        return found.count

    assert allowed(60, NOON) == 60
    assert allowed(60, NOON + DAY / 4) == 35  # and stops five before the limit
    assert allowed(60, NOON + DAY / 2) == 0
    assert allowed(60, NOON + DAY + timedelta(hours=1)) == 60
    assert allowed(60, NOON + DAY + timedelta(hours=2)) == 0


def test_who_never_said_enough_is_not_counted(driver: Driver) -> None:
    with driver.transaction() as transaction:
        assert allow_from(driver, transaction, "smtp", 9, now=NOON) is None
        assert transaction.all("SELECT slot FROM provider_taken") == []
