"""One mailing by the worker and its dispatcher, as they really run, and its costs."""

import os
import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.village import Frozen
from newsletter import worker
from newsletter.settings import Settings

_TICKS = 100.0  # of /proc, a second
_LOOK_SECONDS = 0.1
DISPATCHER = b"newsletter.dispatch.flight"


@dataclass(frozen=True)
class Flown:
    """What sending ``mails`` took, from the first look to the last commit."""

    mails: int
    seconds: float
    dispatcher_cpu: float  # seconds
    worker_cpu: float
    postgres_cpu: float  # of its backends and helpers; 0 on SQLite
    dispatcher_kib: int  # most memory at a time (VmHWM)

    @property
    def rate(self) -> float:
        return self.mails / self.seconds

    @property
    def cpu(self) -> float:
        """Of everything on our side of the line."""
        return self.dispatcher_cpu + self.worker_cpu + self.postgres_cpu


def fly(frozen: Frozen, settings: Settings, *, server: Path | None) -> Flown:
    """``server`` is the folder of PostgreSQL, when its CPU is to be counted."""
    context = frozen.village.context(settings)
    log = settings.home / "dispatcher.log"
    with _Memory() as memory, _standard_error_in(log):
        before = _cpu(server)
        began = time.perf_counter()
        worker.run_once_apart(context, grace_seconds=10)
        seconds = time.perf_counter() - began
        own, children, postgres = (
            now - then for now, then in zip(_cpu(server), before, strict=True)
        )
    frozen.check_sent()
    return Flown(frozen.readers, seconds, children, own, postgres, memory.most_kib)


@contextmanager
def _standard_error_in(path: Path) -> Iterator[None]:
    """The dispatcher logs a line a chunk, as it does for everybody."""
    kept = os.dup(2)
    with path.open("ab") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


class _Memory:
    """Looks at the dispatcher from outside, while it is there."""

    def __init__(self) -> None:
        self.most_kib = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "_Memory":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            for child in children_of("self"):
                if DISPATCHER in _read(f"{child}/cmdline"):
                    self.most_kib = max(self.most_kib, most_kib(child))


def children_of(pid: int | str) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in _read(str(task)).split()
    ]


def most_kib(pid: int) -> int:
    """VmHWM: the most memory the process ever had at a time."""
    for line in _read(f"{pid}/status").splitlines():
        if line.startswith(b"VmHWM:"):
            return int(line.split()[1])
    return 0


def _read(path: str) -> bytes:
    try:
        return (Path("/proc") / path).read_bytes()
    except OSError:  # gone meanwhile
        return b""


def _cpu(server: Path | None) -> tuple[float, float, float]:
    """Seconds of this process, of children that ended, of PostgreSQL."""
    own, children = map(
        resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return (
        own.ru_utime + own.ru_stime,
        children.ru_utime + children.ru_stime,
        _postgres_cpu(server) if server else 0.0,
    )


def _postgres_cpu(server: Path) -> float:
    """Of the postmaster, what it runs now and what it ran before."""
    postmaster = int((server / "postmaster.pid").read_text().split()[0])
    running = sum(_ticks(child, 11, 13) for child in children_of(postmaster))
    return (running + _ticks(postmaster, 11, 15)) / _TICKS


def _ticks(pid: int, first: int, after: int) -> int:
    fields = _read(f"{pid}/stat").rpartition(b")")[2].split()
    return sum(map(int, fields[first:after]))
