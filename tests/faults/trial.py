"""One installation, one stand-in, somebody watching, and the oracle at the end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from newsletter.dispatch.receipt import receipt
from newsletter.issues.compose import find_issue
from tests.faults import crew, seam_of
from tests.faults.crew import Worker
from tests.faults.installation import CHUNK, ISSUE, Installation
from tests.faults.oracle import Verdict, judge
from tests.faults.rules import Rule
from tests.faults.seam_of import Point
from tests.faults.stand_in import StandIn
from tests.faults.watcher import Watcher, watching

MOMENT_SECONDS = 60
# Retries are minutes to hours apart: whoever works later sees them all due.
LATER = timedelta(hours=6)


@dataclass
class Trial:
    installation: Installation
    stand_in: StandIn
    watcher: Watcher
    connections: int
    values: dict[str, Any] = field(default_factory=dict)  # see ``seam_of``
    workers: list[Worker] = field(default_factory=list)

    def start(
        self,
        *arguments: str,
        ahead: timedelta = timedelta(),
        die: Point | None = None,
        clock: dict[str, float] | None = None,
        **environment: str,
    ) -> Worker:
        """A worker whose clock is ahead, or that dies where it is told to."""
        worker = crew.start(
            self.installation,
            *arguments,
            **self.stand_in.environment(self.connections),
            **seam_of.environment(
                self.said,
                values=self.values,
                die=die,
                clock=clock or {"ahead": ahead.total_seconds()},
            ),
            **environment,
        )
        self.workers.append(worker)
        return worker

    def work(self, *, ahead: timedelta = timedelta()) -> int:
        """``worker --once``; its exit code."""
        return self.start("--once", ahead=ahead).wait()

    def work_until_sent(self, *, times: int = 30) -> int:
        """Again and again, each time later; how often it took."""
        for time_ in range(1, times + 1):
            self.work(ahead=LATER * time_)
            if self.receipt()["state"] == "sent":
                return time_
        raise AssertionError(f"not sent after {times} workers: {self.receipt()}")

    def receipt(self, *, ahead: timedelta = timedelta()) -> dict[str, Any]:
        with self.installation.database.read() as session:
            issue = find_issue(session, ISSUE)
            return receipt(session, issue, now=datetime.now(UTC) + ahead)

    def wait_for_mails(self, count: int) -> None:
        """Until the stand-in has that many more lines."""
        wanted = len(self.stand_in.lines()) + count
        wait(lambda: len(self.stand_in.lines()) >= wanted)

    def wait_until_quiet(self) -> int:
        """Until nothing has been taken for two seconds; how many were in all."""
        count, since = -1, time.monotonic()
        while time.monotonic() - since < 2:
            if len(self.stand_in.lines()) != count:
                count, since = len(self.stand_in.lines()), time.monotonic()
            time.sleep(0.05)
        return count

    @property
    def said(self) -> Path:
        return self.installation.folder / "said"

    @property
    def request(self) -> int:
        """How many mails one connection has on the wire."""
        return CHUNK if self.stand_in.module == "post_office" else 1

    def judge(self, *, most_in_doubt: int = 0, is_over: bool = True) -> Verdict:
        """What must hold, holds; returns the figures."""
        verdict = judge(
            self.installation.ledger(),
            self.stand_in.lines(),
            most_in_doubt=most_in_doubt,
            left=self.installation.left,
            is_over=is_over,
        )
        assert not verdict.wrong, verdict.wrong
        assert not self.watcher.wrong, self.watcher.wrong[:3]
        assert self.watcher.reads > 0
        return verdict


@contextmanager
def trial(
    installation: Installation,
    module: str = "relay",
    *rules: Rule,
    connections: int = 4,
    slow: float = 0,
    is_up: bool = True,
    values: dict[str, Any] | None = None,
) -> Iterator[Trial]:
    """``module`` is the stand-in's: "relay" or "post_office"."""
    stand_in = StandIn(module, installation.folder / "taken", rules, slow)
    made: Trial | None = None
    try:
        if is_up:
            stand_in.up()
        with watching(installation.url) as watcher:
            made = Trial(installation, stand_in, watcher, connections, values or {})
            yield made
    finally:
        for worker in made.workers if made else ():
            worker.end()
        stand_in.down()


def wait(until: Callable[[], bool], seconds: float = MOMENT_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
