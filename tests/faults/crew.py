"""Workers as an operator starts them, and every way to stop one."""

import os
import resource
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.faults.installation import Installation
from tests.journeys.home import BUURTPOST

_WORKER = (BUURTPOST, "worker")
_DISPATCHER = b"newsletter.dispatch.flight"
GONE_SECONDS = 60


class Victim(StrEnum):
    """Which processes a SIGKILL hits."""

    WHOLE = "whole"  # the worker and its dispatcher
    DISPATCHER = "dispatcher"  # the worker starts another
    WORKER = "worker"  # its dispatcher sees that it is alone, drains and ends


@dataclass
class Worker:
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def dispatchers(self) -> list[int]:
        return [pid for pid in _below(self.process.pid) if _DISPATCHER in _line(pid)]

    def kill(self, victim: Victim = Victim.WHOLE) -> None:
        """SIGKILL, and wait until whoever it hit is gone."""
        dispatchers = self.dispatchers()
        if victim is Victim.DISPATCHER:
            for pid in dispatchers:
                os.kill(pid, signal.SIGKILL)
            _wait_until_gone(dispatchers)
            return
        if victim is Victim.WHOLE:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()
        _wait_until_gone(dispatchers)

    def signal(self, number: signal.Signals) -> None:
        """To all of its processes, as a terminal or systemd does."""
        os.killpg(self.process.pid, number)

    def stop(self) -> int:
        """SIGTERM to the worker alone; its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=GONE_SECONDS)

    def end(self) -> None:
        """Whatever state it is in."""
        if self.is_alive:
            self.kill()

    def wait(self, seconds: float = GONE_SECONDS) -> int:
        return self.process.wait(timeout=seconds)

    @property
    def said(self) -> str:
        return self.log.read_text()


def start(installation: Installation, *arguments: str, **environment: str) -> Worker:
    """``buurtpost worker``, in a process group of its own."""
    log = installation.folder / "worker.log"
    with log.open("ab") as file:
        process = subprocess.Popen(
            [*_WORKER, *arguments],
            env=installation.command.environment_with(environment),
            cwd=installation.folder,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    return Worker(process, log)


def run_once(installation: Installation, **environment: str) -> int:
    """A worker that ends when nothing is due; its exit code."""
    return start(installation, "--once", **environment).wait()


def run_once_without_room(
    installation: Installation, **environment: str
) -> subprocess.CompletedProcess[str]:
    """``worker --once`` where no file may grow."""
    return subprocess.run(
        ["/bin/sh", "-c", 'ulimit -S -f 0; exec "$@"', "sh", *_WORKER, "--once"],
        env=installation.command.environment_with(environment),
        cwd=installation.folder,
        capture_output=True,
        text=True,
        timeout=GONE_SECONDS,
        check=False,
    )


def fill_the_disk_of(worker: Worker) -> None:
    """From now on none of its files may grow. Needs no rights, unlike a full tmpfs."""
    _limit_files(worker, 1)


def empty_the_disk_of(worker: Worker) -> None:
    _limit_files(worker, resource.RLIM_INFINITY)


def _limit_files(worker: Worker, most_bytes: int) -> None:
    pid = worker.process.pid
    for one in (pid, *_below(pid)):
        with suppress(ProcessLookupError):
            resource.prlimit(
                one, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY)
            )


def _below(pid: int) -> list[int]:
    """Every process under this one."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in path.read_text().split()]
        except OSError:
            continue  # its thread ended just now
        found += children
        for child in children:
            found += _below(child)
    return found


def _line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _is_gone(pid: int) -> bool:
    """Nobody may be there to bury it, in a container: a zombie is gone too."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        )
    except OSError:
        return True


def _wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + GONE_SECONDS
    while not all(_is_gone(pid) for pid in pids):
        assert time.monotonic() < deadline, "a dispatcher outlives its worker"
        time.sleep(0.01)
