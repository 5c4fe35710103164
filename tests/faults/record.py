"""What a stand-in took, on the disk before anybody is told."""

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Line:
    """One mail that reached its final dot, or its request."""

    number: int  # in the order of arrival
    delivery: str  # "12-345"
    address: str
    taken: bool
    answered: bool  # False: whoever sent it was never told


class Record:
    """Appends to a file that outlives the stand-in."""

    def __init__(self, path: Path) -> None:
        self._number = len(read(path))
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(
        self, mails: Iterable[tuple[str, str]], *, taken: bool, answered: bool
    ) -> None:
        """Pairs of delivery and address; returns when they are on the disk."""
        lines = []
        for delivery, address in mails:
            self._number += 1
            lines.append(
                json.dumps([self._number, delivery, address, taken, answered]) + "\n"
            )
        os.write(self._file, "".join(lines).encode())
        os.fsync(self._file)


def read(path: Path) -> list[Line]:
    if not path.exists():
        return []
    # A stand-in killed in mid-line has told nobody about that mail.
    whole = path.read_text().rpartition("\n")[0]
    return [Line(*json.loads(line)) for line in whole.splitlines()]


def taken(lines: Iterable[Line]) -> Counter[str]:
    """How often each delivery was taken."""
    return Counter(line.delivery for line in lines if line.taken)


def unanswered(lines: Iterable[Line]) -> set[str]:
    """Deliveries nobody on our side can know about."""
    return {line.delivery for line in lines if not line.answered}
