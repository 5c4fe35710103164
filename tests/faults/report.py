"""What ``make crash`` ends with: a table, and the same as JSON in var/crash."""

import json
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.rounds import Figures

FIGURES = pytest.StashKey[list[Figures]]()
_FOLDER = Path(__file__).parents[2] / "var" / "crash"
_ROW = "{:<74} {:>5} {:>6} {:>4} {:>7} {:>10} {:>7} {:>7}"


def write_report(terminal: pytest.TerminalReporter, figures: list[Figures]) -> None:
    """One line a cell and one a fault."""
    faults = [
        {
            "fault": _sentence(one.nodeid),
            "outcome": outcome,
            "seconds": round(one.duration, 1),
        }
        for outcome in ("passed", "failed")
        for one in terminal.stats.get(outcome, [])
        if one.when == "call" and "test_kills" not in one.nodeid
    ]
    total = _sum(figures)
    terminal.section("killed with SIGKILL")
    terminal.line(
        _ROW.format(
            "", "kills", "mails", "lost", "doubled", "in doubt", "reads", "seconds"
        )
    )
    for one in (*figures, total):
        terminal.line(
            _ROW.format(
                one.name,
                one.kills,
                one.mails,
                one.lost,
                one.doubled,
                f"{one.in_doubt} <= {one.most_in_doubt}",
                one.reads,
                f"{one.seconds:.0f}",
            )
        )
    terminal.section("other faults")
    for fault in faults:
        terminal.line("{outcome:<7} {seconds:>6} s  {fault}".format(**fault))
    now = datetime.now(UTC)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    path = _FOLDER / f"{now:%Y%m%d-%H%M%S}.json"
    document = {
        "at": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "kills": [asdict(one) for one in figures],
        "total": asdict(total),
        "faults": faults,
    }
    path.write_text(json.dumps(document, indent=2) + "\n")
    terminal.line(f"Also in {path.relative_to(Path.cwd())}")


def _sentence(nodeid: str) -> str:
    return nodeid.rpartition("::")[2].removeprefix("test_").replace("_", " ")


def _sum(figures: list[Figures]) -> Figures:
    def added(name: str) -> int:
        return sum(getattr(one, name) for one in figures)

    return Figures(
        name="all",
        kills=added("kills"),
        mailings=added("mailings"),
        mails=added("mails"),
        lost=added("lost"),
        doubled=added("doubled"),
        in_doubt=added("in_doubt"),
        most_in_doubt=added("most_in_doubt"),
        in_doubt_taken=added("in_doubt_taken"),
        reads=added("reads"),
        seconds=sum(one.seconds for one in figures),
        wrong=tuple(what for one in figures for what in one.wrong),
    )
