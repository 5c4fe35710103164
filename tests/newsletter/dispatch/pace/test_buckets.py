"""Rates: over any stretch of time no more goes than the rate allows, and no less."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.dispatch.flight.pace.buckets import (
    CATCH_UP_SECONDS,
    CLOCKS_DIFFER_SECONDS,
    LONGEST_PLAN_SECONDS,
    Bucket,
    grant,
    step_seconds,
    take,
)

NOON = 1_800_000_000.0
RATES = st.one_of(st.floats(0.01, 1), st.floats(1, 5_000))
HOUR = 3600.0


def test_the_first_goes_at_once_and_the_next_waits_its_turn() -> None:
    bucket, wait = take(Bucket(free_at=NOON), 100, rate=100, now=NOON)
    assert wait == 0

    same, wait = take(bucket, 100, rate=100, now=NOON + 0.4)

    assert wait == pytest.approx(0.6)
    assert same == bucket  # whoever waits has taken nothing
    assert take(bucket, 100, rate=100, now=NOON + 1)[1] == 0


@given(rate=RATES, workers=st.integers(1, 8), late=st.floats(0, 0.1))
def test_however_many_workers_ask_the_rate_holds(
    rate: float, workers: int, late: float
) -> None:
    part = max(1, round(rate))
    bucket, now, went = Bucket(), NOON, 0
    end = NOON + 50 * max(1.0, 1 / rate)

    while now < end:
        waits = []
        for _ in range(workers):
            bucket, wait = take(bucket, part, rate=rate, now=now)
            went += part if not wait else 0
            waits.append(wait)
        now += max(min(waits), 0.001) + late

    seconds = now - NOON
    assert went <= rate * (seconds + CATCH_UP_SECONDS) + part
    # Nobody slept longer than may be caught up: nothing is lost either.
    assert went >= rate * seconds * 0.97 - part


@pytest.mark.parametrize("back", [HOUR, 24 * HOUR, 10 * 365 * 24 * HOUR])
def test_a_clock_that_is_put_back_stops_nobody(back: float) -> None:
    bucket, _ = take(Bucket(), 1, rate=0.5, now=NOON)

    _, wait = take(bucket, 1, rate=0.5, now=NOON - back)
    _, granted = grant(bucket, 1, rate=0.5, now=NOON - back)

    assert wait == 0
    assert granted.now == 1


def test_clocks_that_differ_a_little_share_one_rate() -> None:
    bucket, _ = take(Bucket(free_at=NOON + 30), 50, rate=50, now=NOON + 30)

    _, wait = take(bucket, 50, rate=50, now=NOON)

    assert wait == pytest.approx(31)


def test_a_clock_that_is_put_forward_gives_no_more_than_a_moment_to_catch_up() -> None:
    bucket, _ = take(Bucket(), 10, rate=10, now=NOON)

    bucket, wait = take(bucket, 10, rate=10, now=NOON + HOUR)

    assert wait == 0
    assert bucket.free_at >= NOON + HOUR + 1 - CATCH_UP_SECONDS


def test_of_a_limited_domain_a_step_goes_now_and_the_rest_in_steps_after_it() -> None:
    bucket, granted = grant(Bucket(), 50, rate=20, now=NOON)

    assert granted.now == 20
    assert [granted.later.count(at) for at in sorted(set(granted.later))] == [1, 20, 9]

    _, next_ones = grant(bucket, 15, rate=20, now=NOON)

    # The next chunk's stand behind those of the first.
    assert next_ones.now == 0
    assert min(next_ones.later) >= max(granted.later)


@given(
    rate=st.floats(0.02, 200),
    asked=st.lists(st.integers(1, 300), min_size=1, max_size=30),
)
def test_over_a_long_time_a_domain_gets_its_rate(rate: float, asked: list[int]) -> None:
    """Everybody comes back when told to, and is told again when it is too soon."""
    bucket = Bucket()
    due = [(NOON, count) for count in asked]
    went: list[tuple[float, int]] = []
    while due and due[0][0] < NOON + 2 * HOUR:
        now, count = due.pop(0)
        bucket, granted = grant(bucket, count, rate=rate, now=now)
        went.append((now, granted.now))
        later = {at: granted.later.count(at) for at in granted.later}
        assert all(now < at <= now + LONGEST_PLAN_SECONDS for at in later)
        due = sorted([*due, *later.items()])

    step = step_seconds(rate)
    depth = ceil(rate * step)
    total = sum(count for _, count in went)
    last = max(at for at, count in went if count)
    assert total <= rate * (last - NOON) + depth + 0.01
    took = last - NOON if not due else 2 * HOUR
    # Each plan of ten minutes ends with a step or two that nobody stands in.
    assert total >= 0.85 * rate * (took - 3 * step - 2 / rate)


@pytest.mark.parametrize(
    ("rate", "seconds"), [(1000, 1), (10, 1), (5, 2), (0.5, 20), (0.1, 30), (0.01, 100)]
)
def test_a_chunk_is_not_claimed_for_one_mail(rate: float, seconds: float) -> None:
    assert step_seconds(rate) == seconds


def test_a_plan_of_before_the_clock_was_put_back_is_not_waited_for() -> None:
    bucket = Bucket(free_at=NOON, planned_until=NOON + LONGEST_PLAN_SECONDS)

    _, granted = grant(bucket, 100, rate=20, now=NOON - HOUR)

    assert granted.now == 20
    assert max(granted.later) <= NOON - HOUR + LONGEST_PLAN_SECONDS
    assert CLOCKS_DIFFER_SECONDS < HOUR
