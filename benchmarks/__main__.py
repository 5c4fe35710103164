"""``make bench``: run every measure, print a table, write JSON to ``var/bench``.

``--quick`` takes a tenth of the readers and two rounds: to try a change, not to quote.
Named parts run alone: ``make bench PARTS="freezing scale"``. A million readers take
minutes to make; ``--keep FOLDER`` leaves them there and uses them the next time.
"""

import argparse
import json
import logging
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Set
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    exchange,
    freezing,
    importing,
    library,
    mails,
    postgres,
    rendering,
    scale,
    segments,
    sending,
    smtp,
    variants,
    visiting,
)
from benchmarks.measure import ROUNDS, Measure, Skipped
from benchmarks.village import Village, make_village

OUT = Path("var/bench")


@dataclass(frozen=True)
class Size:
    """How many readers in the two pairs of homes, and how often."""

    few: int
    many: int
    rounds: int
    long_rounds: int  # of what takes a minute each
    pieces: int  # in the library
    feeds: int  # of partners


PARTS = (
    "importing",
    "library",
    "exchange",
    "mails",
    "rendering",
    "smtp",
    "sending",
    "visiting",
    "freezing",
    "segments",
    "variants",
    "scale",
)
FULL = Size(
    few=100_000, many=1_000_000, rounds=ROUNDS, long_rounds=1, pieces=10_000, feeds=500
)
QUICK = Size(few=10_000, many=100_000, rounds=2, long_rounds=1, pieces=1_000, feeds=50)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("parts", nargs="*", help=", ".join(PARTS))
    asked = parser.parse_args()
    size, parts = QUICK if asked.quick else FULL, set(asked.parts or PARTS)
    if unknown := parts.difference(PARTS):
        parser.error(f"{', '.join(unknown)}: not one of {', '.join(PARTS)}")
    logging.disable(logging.WARNING)
    rows: list[Measure | Skipped] = []
    with ExitStack() as open_ones:
        folder = asked.keep or Path(
            open_ones.enter_context(tempfile.TemporaryDirectory())
        )
        for row in _measured(folder, size, parts, keep=asked.keep is not None):
            rows.append(row)
            print(line(row), flush=True)
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json"
    machine = f"{os.cpu_count()} cores, Python {sys.version.split()[0]}"
    path.write_text(
        json.dumps(
            {
                "machine": f"{machine}, {platform.machine()}",
                "readers": [size.few, size.many],
                "rows": [as_json(row) for row in rows],
            },
            indent=2,
        )
    )
    print(f"{machine}; medians; {path}")


def _measured(
    folder: Path, size: Size, parts: Set[str], *, keep: bool
) -> Iterator[Measure | Skipped]:
    with ExitStack() as open_ones:
        enter = open_ones.enter_context
        # What these parts make is theirs alone, and never kept.
        anew = Path(enter(tempfile.TemporaryDirectory()))
        server = folder / "postgres"
        url = enter(postgres.server(server, keep=keep))

        def pair(readers: int) -> tuple[Village, Village]:
            began = time.monotonic()
            home = folder / str(readers)
            village = enter(make_village(home, readers=readers))
            copy = enter(postgres.copy_of(village, url, name=f"readers_{readers}"))
            taken = time.monotonic() - began
            _say(f"{readers:,} readers in SQLite and PostgreSQL, {taken:.0f} s")
            return village, copy

        if "mails" in parts:
            yield from mails.measure()
        if "importing" in parts:
            yield from importing.measure(anew / "import", url, readers=size.many)
        if "library" in parts:
            yield from library.measure(
                anew / "library", url, pieces=size.pieces, rounds=size.rounds
            )
        if "exchange" in parts:
            yield from exchange.measure(anew / "exchange", feeds=size.feeds)
        if parts <= {"importing", "library", "mails", "exchange"}:
            return
        few = pair(size.few)
        if "rendering" in parts:
            yield from rendering.measure(few[0])
        if "smtp" in parts:
            yield from smtp.measure(few[0])
        if "sending" in parts:
            yield from sending.measure(few, server=server, rounds=size.rounds)
        if not parts & {"visiting", "freezing", "segments", "variants", "scale"}:
            return
        many = pair(size.many)
        if "visiting" in parts:
            for village in many:
                yield from visiting.measure(village)
        if "freezing" in parts:
            for village in many:
                yield from freezing.measure(village, rounds=size.rounds)
        if "segments" in parts:
            yield from segments.measure(few, many, rounds=size.rounds)
        if "variants" in parts:
            for village in many:
                yield from variants.measure(village, rounds=size.rounds)
        if "scale" in parts:
            yield from scale.measure(few, many, server=server, rounds=size.long_rounds)


def _say(words: str) -> None:
    print(f"... {words}", file=sys.stderr, flush=True)


def as_json(row: Measure | Skipped) -> dict[str, object]:
    ratio = {"ratio": row.ratio} if isinstance(row, Measure) else {}
    return {**asdict(row), **ratio}


def line(row: Measure | Skipped) -> str:
    if isinstance(row, Skipped):
        return f"{row.name:<34}left out: {row.why}"
    text = f"{row.name:<34}{row.value:>10,.1f} {row.unit:<13}"
    if row.ratio is not None:
        text += f"{row.ratio:>7.2f} x {row.reference} ({row.reference_value:,.1f})"
    return text + (f"   [{row.note}]" if row.note else "")


if __name__ == "__main__":
    main()
