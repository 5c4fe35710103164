"""Killed again and again, at random, until enough mailings survived it."""

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults import crew
from tests.faults.crew import Victim, Worker
from tests.faults.installation import CHUNK, Installation
from tests.faults.oracle import Verdict, judge
from tests.faults.stand_in import StandIn, running
from tests.faults.watcher import watching

_SECONDS_A_MAIL = 0.008  # at the stand-in: a mailing lasts some seconds
_SECONDS_A_REQUEST = 0.3
_PATIENCE_SECONDS = 60
# One that has just begun is told to stop before it knows how to do that well.
_GOOD_ENDS = {0, -signal.SIGTERM}


@dataclass(frozen=True)
class Cell:
    """One way to send, to be killed."""

    backend: str
    provider: str  # "smtp" or "sendgrid"
    connections: int
    workers: int
    victim: Victim = Victim.WHOLE

    def __str__(self) -> str:
        return (
            f"{self.provider}, {self.connections} connection(s), "
            f"{self.workers} worker(s), {self.backend}, kill the {self.victim}"
        )

    @property
    def most_in_doubt(self) -> int:
        """By one kill."""
        if self.victim is Victim.WORKER:
            return 0  # its dispatcher drains
        return self.connections * (CHUNK if self.provider == "sendgrid" else 1)

    def stand_in(self, folder: Path) -> StandIn:
        at_once = self.connections * self.workers
        if self.provider == "sendgrid":
            return StandIn(
                "post_office", folder / "taken", slow=_SECONDS_A_REQUEST * at_once
            )
        return StandIn("relay", folder / "taken", slow=_SECONDS_A_MAIL * at_once)


@dataclass(frozen=True)
class Figures:
    """What came of one cell."""

    name: str
    kills: int = 0
    mailings: int = 0
    mails: int = 0
    lost: int = 0
    doubled: int = 0
    in_doubt: int = 0
    most_in_doubt: int = 0
    in_doubt_taken: int = 0
    reads: int = 0
    seconds: float = 0
    wrong: tuple[str, ...] = ()

    def with_mailing(self, verdict: Verdict, *, kills: int, most: int) -> "Figures":
        return replace(
            self,
            kills=self.kills + kills,
            mailings=self.mailings + 1,
            mails=self.mails + verdict.prepared,
            lost=self.lost + verdict.lost,
            doubled=self.doubled + verdict.doubled,
            in_doubt=self.in_doubt + verdict.in_doubt,
            most_in_doubt=self.most_in_doubt + most,
            in_doubt_taken=self.in_doubt_taken + verdict.in_doubt_taken,
            wrong=self.wrong + verdict.wrong,
        )


def endure(
    cell: Cell, fresh: Callable[[str], Installation], *, kills: int, seed: int
) -> Figures:
    """Kill ``kills`` times, over as many mailings as that takes."""
    dice, began = random.Random(f"{seed} {cell}"), time.monotonic()
    figures = Figures(str(cell))
    while figures.kills < kills and not figures.wrong:
        installation = fresh(cell.backend)
        try:
            figures = _one_mailing(
                cell, installation, figures, most=kills - figures.kills, dice=dice
            )
        finally:
            installation.close()
    return replace(figures, seconds=time.monotonic() - began)


def _one_mailing(
    cell: Cell,
    installation: Installation,
    figures: Figures,
    *,
    most: int,
    dice: random.Random,
) -> Figures:
    done = 0
    with (
        running(cell.stand_in(installation.folder)) as stand_in,
        watching(installation.url) as watcher,
    ):
        environment = stand_in.environment(cell.connections)
        workers = [crew.start(installation, **environment) for _ in range(cell.workers)]
        try:
            while done < most and _wait_for_a_moment(
                installation, stand_in, workers, dice
            ):
                place = dice.randrange(len(workers))
                workers[place].kill(cell.victim)
                done += 1
                if dice.random() < 0.3:
                    installation.somebody_leaves(dice.randrange(CHUNK))
                if cell.victim is not Victim.DISPATCHER:
                    workers[place] = crew.start(installation, **environment)
            _wait(lambda: _is_over(installation), workers)
            codes = [worker.stop() for worker in workers]
        finally:
            for worker in workers:
                worker.end()
        verdict = judge(
            installation.ledger(),
            stand_in.lines(),
            most_in_doubt=done * cell.most_in_doubt,
            left=installation.left,
        )
    figures = figures.with_mailing(verdict, kills=done, most=done * cell.most_in_doubt)
    wrong = [*watcher.wrong[:3]]
    if set(codes) - _GOOD_ENDS:
        wrong.append(f"workers told to stop ended with {codes}")
    if leftover := [path.name for path in installation.journals.iterdir()]:
        wrong.append(f"journals left behind: {leftover}")
    return replace(
        figures,
        reads=figures.reads + watcher.reads,
        wrong=figures.wrong + tuple(wrong),
    )


def _wait_for_a_moment(
    installation: Installation,
    stand_in: StandIn,
    workers: list[Worker],
    dice: random.Random,
) -> bool:
    """Mostly while mails go out, sometimes before. False: the mailing is over."""
    if dice.random() < 0.15:
        time.sleep(dice.uniform(0, 1.5))  # while it starts, claims, recovers
    else:
        before = len(stand_in.lines())
        _wait(lambda: len(stand_in.lines()) > before or _is_over(installation), workers)
        time.sleep(dice.uniform(0, 0.4))
    return not _is_over(installation)


def _is_over(installation: Installation) -> bool:
    return installation.receipt()["state"] == "sent"


def _wait(until: Callable[[], bool], workers: list[Worker]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not until():
        said = workers[0].said[-3000:]
        assert time.monotonic() < deadline, f"nothing happens any more:\n{said}"
        assert all(worker.is_alive for worker in workers), f"a worker ended:\n{said}"
        time.sleep(0.05)
