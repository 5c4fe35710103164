"""Rates that hold over all workers: one row a name, one rule, two statements.

A row keeps when the next mail may go (virtual scheduling, known as GCRA), so nothing
has to be filled up by a clock. ``take`` is for a provider: all that was asked for, or
wait. ``grant`` is for the readers of one domain: as many as may go now, and when the
others may.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from database.driver import Transaction

# Somebody who slept a little too long is let to catch up; or a busy machine would send
# slower than it was allowed to.
CATCH_UP_SECONDS = 0.25
# Clocks of machines differ a little. A row further ahead than anybody could have put it
# is from before the clock was put back, and says nothing.
CLOCKS_DIFFER_SECONDS = 60.0

# Of a limited domain so many go at a time, where the rate allows it within half a
# minute: for one mail alone a chunk is not claimed.
AT_A_TIME = 10
LONGEST_STEP_SECONDS = 30.0
# Who must wait longer is looked at again then: rates change, and so do clocks.
LONGEST_PLAN_SECONDS = 600.0

# Creates the row or locks it: from here it is ours until the end of the transaction.
HOLD = """
INSERT INTO bucket (name, free_at, planned_until) VALUES (:name, 0, 0)
ON CONFLICT (name) DO UPDATE SET free_at = bucket.free_at
RETURNING free_at, planned_until
"""
KEEP = """
UPDATE bucket SET free_at = :free_at, planned_until = :planned_until
WHERE name = :name
"""


@dataclass(frozen=True)
class Bucket:
    """Seconds since 1970."""

    free_at: float = 0.0  # when the next mail may go
    planned_until: float = 0.0  # who was told to wait fills the time up to here


@dataclass(frozen=True)
class Granted:
    """Of those who asked, ``now`` may go; the others one after the other."""

    now: int
    later: tuple[float, ...]  # when each of them may, in seconds since 1970


def take(
    bucket: Bucket, count: int, *, rate: float, now: float
) -> tuple[Bucket, float]:
    """Let ``count`` mails go, or say how many seconds to wait before asking again.

    Never both: who stops while waiting has taken nothing.
    """
    cost = count / rate
    free_at = bucket.free_at
    if free_at > now + max(cost, 1.0) + CLOCKS_DIFFER_SECONDS:
        free_at = now
    if free_at > now:
        return bucket, free_at - now
    free_at = max(free_at, now - CATCH_UP_SECONDS)
    return Bucket(free_at + cost, bucket.planned_until), 0.0


def grant(
    bucket: Bucket, count: int, *, rate: float, now: float
) -> tuple[Bucket, Granted]:
    """Let as many of ``count`` go as may, and plan the rest in steps of the rate."""
    step = step_seconds(rate)
    depth = ceil(step * rate)  # no less, or a step would not use its time up
    free_at = bucket.free_at
    if free_at > now + depth / rate + CLOCKS_DIFFER_SECONDS:
        free_at = now
    free_at = max(free_at, now)
    # A thousandth: of what is due exactly now nothing may be lost to rounding.
    room = int((now - free_at) * rate + depth + 0.001)
    granted = max(0, min(count, room))
    free_at += granted / rate
    last = now + LONGEST_PLAN_SECONDS
    planned = min(max(bucket.planned_until, free_at), last)
    later = tuple(
        min(ceil((planned + place / rate) / step) * step, last)
        for place in range(count - granted)
    )
    planned += len(later) / rate
    return Bucket(free_at, min(planned, last)), Granted(granted, later)


def step_seconds(rate: float) -> float:
    """How long between two goes for the same domain."""
    at_a_time = min(AT_A_TIME, max(1, int(rate * LONGEST_STEP_SECONDS)))
    return max(at_a_time / rate, 1.0)


def take_from(
    transaction: Transaction, name: str, count: int, *, rate: float, now: float
) -> float:
    """``take``, in the database; how many seconds to wait, 0.0 when it was taken."""
    bucket, wait = take(_hold(transaction, name), count, rate=rate, now=now)
    if not wait:
        _keep(transaction, name, bucket)
    return wait


def grant_from(
    transaction: Transaction,
    counts: Mapping[str, int],
    *,
    rates: Mapping[str, float],
    now: float,
) -> dict[str, Granted]:
    """``grant`` for every domain with a rate that is among ``counts``."""
    granted = {}
    # In one order: two workers that each hold what the other waits for never end.
    for domain in sorted(counts.keys() & rates.keys()):
        name = f"domain:{domain}"
        bucket, granted[domain] = grant(
            _hold(transaction, name), counts[domain], rate=rates[domain], now=now
        )
        _keep(transaction, name, bucket)
    return granted


def _hold(transaction: Transaction, name: str) -> Bucket:
    row = transaction.one(HOLD, name=name)
    assert row is not None  # it was made if it was not there
    return Bucket(*row)


def _keep(transaction: Transaction, name: str, bucket: Bucket) -> None:
    transaction.run(
        KEEP,
        name=name,
        free_at=bucket.free_at,
        planned_until=bucket.planned_until,
    )
