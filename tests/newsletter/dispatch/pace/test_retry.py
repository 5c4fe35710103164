"""Tries again: soon at first, ever more seldom, and to an end."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.dispatch.flight.pace.retry import (
    FIRST,
    GROUPS,
    next_try,
    waits_within,
)

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
HOURS = st.integers(0, 168)


def all_tries(hours: int, seq: int) -> list[datetime]:
    """When somebody who is put off at every try is tried, the first at NOW."""
    tries = [NOW]
    while again := next_try(len(tries), seq=seq, hours=hours, now=tries[-1]):
        tries.append(again)
    return tries


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [
        (0, []),
        (1, [5, 10, 20, 19]),
        (2, [5, 10, 20, 40, 34]),
        (48, [5, 10, 20, 40, 80, 160, 320, 480, 480, 480, 480, 63]),
    ],
)
def test_the_waits_of_so_many_hours(hours: int, minutes: list[int]) -> None:
    assert [wait // timedelta(minutes=1) for wait in waits_within(hours)] == minutes


@given(hours=st.integers(1, 168), seq=st.integers(1, 10_000_000))
def test_the_first_comes_after_greylisting_and_the_last_within_the_hours(
    hours: int, seq: int
) -> None:
    tries = all_tries(hours, seq)

    assert tries[1] - NOW >= FIRST
    assert len(tries) >= 5  # RFC 5321 4.5.4.1: at least four or five
    assert tries[-1] - NOW <= timedelta(hours=hours)
    assert tries[-1] - NOW >= timedelta(hours=hours) * 0.8


@given(hours=HOURS, seq=st.integers(1, 10_000_000))
def test_no_two_tries_are_close_together(hours: int, seq: int) -> None:
    tries = all_tries(hours, seq)

    waits = [later - sooner for sooner, later in pairwise(tries)]
    assert all(wait >= timedelta(minutes=5) for wait in waits)


@given(hours=HOURS)
def test_more_hours_never_end_sooner(hours: int) -> None:
    assert all_tries(hours + 1, 1)[-1] > all_tries(hours, 1)[-1]


def test_those_put_off_together_come_back_in_a_few_groups() -> None:
    again = [next_try(3, seq=seq, hours=48, now=NOW) for seq in range(1, 501)]

    assert len(set(again)) == GROUPS
    assert max(again.count(moment) for moment in set(again)) == 125


def test_a_delivery_always_waits_the_same() -> None:
    assert next_try(2, seq=7, hours=48, now=NOW) == next_try(
        2, seq=7, hours=48, now=NOW
    )
