"""The refused lines as CSV, for whoever mends the file."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from subscribers.errors import SubscribersError
from subscribers.imports.defusing import defuse
from subscribers.imports.errors import Refusal

HEADER = ("line", "column", "value", "reason", "file")


class CannotWrite(SubscribersError):
    def __init__(self, path: Path, why: str | None) -> None:
        super().__init__(
            f"The refused lines cannot be written to {str(path)!r}: {why}. "
            "Choose another file."
        )


class Refused:
    """Takes the refusals of one file after the other."""

    def __init__(self, out: TextIO) -> None:
        self._writer = csv.writer(out, lineterminator="\n")
        self._writer.writerow(HEADER)

    def write(self, file: Path, refusals: Iterable[Refusal]) -> None:
        """What strangers wrote into a cell is no formula in this file either."""
        for refusal in refusals:
            words = (refusal.column, refusal.value, refusal.reason, file.name)
            self._writer.writerow([refusal.line, *map(defuse, words)])


@contextmanager
def refused_lines(path: Path | None) -> Iterator[Refused | None]:
    """A new file, open from the start: what cannot be written is said at once."""
    if path is None:
        yield None
        return
    try:
        out = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise CannotWrite(path, error.strerror) from error
    with out:
        yield Refused(out)
