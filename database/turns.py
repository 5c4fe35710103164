"""Waiting in turn for SQLite's one write lock.

Whoever finds that lock taken sleeps and looks again, up to a tenth of a second later:
who looks at the right moment wins, however long another has waited. Beside a mailing on
a busy machine a visitor lost for fifty seconds in a row, while others waited for a
tenth of one, and read that we are away.

So all processes go through one door, a file that one of them locks at a time. Who holds
it is the only one that waits for the database, and certainly the next to have it.
"""

import fcntl
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_SUFFIX = "-turn"  # beside the database's own -wal and -shm
_LOOK_SECONDS = 0.002
_AT_THE_DOOR: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)  # by file


@contextmanager
def in_turn(path: str, *, seconds: float) -> Iterator[None]:
    """Begin the transaction inside: nobody else does meanwhile.

    It keeps order and nothing else: who waited for so long is let through all the same,
    and SQLite's own lock decides.
    """
    until = time.monotonic() + seconds
    # Threads can be woken: only one of a process stands at the door and looks.
    mine = _AT_THE_DOOR[path]
    is_mine = mine.acquire(timeout=seconds)
    try:
        with Path(f"{path}{_SUFFIX}").open("ab") as door:
            while not _passes(door) and time.monotonic() < until:
                time.sleep(_LOOK_SECONDS)
            yield
    finally:
        if is_mine:
            mine.release()


def _passes(door: BinaryIO) -> bool:
    """Closing the file lets the next one pass, and so does dying."""
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
