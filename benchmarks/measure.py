"""Timing: ours and the reference take turns; the median of the rounds counts."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Measure:
    """One row of the table."""

    name: str
    value: float
    unit: str
    reference: str = ""  # what the ratio is against
    reference_value: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference_value if self.reference_value else None


@dataclass(frozen=True)
class Skipped:
    """A row that could not be measured here, and why."""

    name: str
    why: str


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turns(*works: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, ...]:
    """Median seconds of each, one after the other in every round."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for times, work in zip(taken, works, strict=True):
            times.append(seconds(work))
    return tuple(statistics.median(times) for times in taken)
