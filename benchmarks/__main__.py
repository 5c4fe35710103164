"""``make bench``: run every measure, print a table, write JSON to ``var/bench``."""

import json
import logging
import os
import platform
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import rendering, sending, smtp
from benchmarks.measure import Measure, Skipped
from benchmarks.village import make_village

MEASURES = (rendering.measure, smtp.measure, sending.measure)
READERS = 2000
OUT = Path("var/bench")


def main() -> None:
    logging.disable(logging.WARNING)
    rows: list[Measure | Skipped] = []
    with tempfile.TemporaryDirectory() as folder:
        village = make_village(Path(folder), readers=READERS)
        for measure in MEASURES:
            for row in measure(village):
                rows.append(row)
                print(line(row), flush=True)
        village.database.close()
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json"
    machine = f"{os.cpu_count()} cores, Python {sys.version.split()[0]}"
    path.write_text(
        json.dumps(
            {
                "machine": f"{machine}, {platform.machine()}",
                "rows": [as_json(row) for row in rows],
            },
            indent=2,
        )
    )
    print(f"{machine}; medians; {path}")


def as_json(row: Measure | Skipped) -> dict[str, object]:
    ratio = {"ratio": row.ratio} if isinstance(row, Measure) else {}
    return {**asdict(row), **ratio}


def line(row: Measure | Skipped) -> str:
    if isinstance(row, Skipped):
        return f"{row.name:<22}left out: {row.why}"
    text = f"{row.name:<22}{row.value:>10,.1f} {row.unit:<13}"
    if row.ratio is not None:
        text += f"{row.ratio:>7.2f} x {row.reference} ({row.reference_value:,.1f})"
    return text + (f"   [{row.note}]" if row.note else "")


if __name__ == "__main__":
    main()
