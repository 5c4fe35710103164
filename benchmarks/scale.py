"""What a list ten times as long costs: CPU, and the memory of each process."""

import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.flying import Flown, children_of, most_kib
from benchmarks.measure import Measure
from benchmarks.sending import relay, send_once
from benchmarks.sinks import sink
from benchmarks.village import Village

MOST_MIB = 57.0  # what listmonk says it needs
SHORT_ROUNDS = 5  # before a long one: ten seconds of work differ by a tenth
_LOOK_SECONDS = 0.05


def measure(
    small: Sequence[Village], large: Sequence[Village], *, server: Path, rounds: int
) -> Iterator[Measure]:
    """Villages of the same databases in the same order."""
    for few, many in zip(small, large, strict=True):
        folder = server if few.name == "PostgreSQL" else None
        with sink("smtp") as port:
            short, long = [], []
            for _ in range(rounds):
                for _ in range(SHORT_ROUNDS):
                    short.append(send_once(few, relay(few, port), folder))
                long.append(send_once(many, relay(many, port), folder))
        worker, web = _worker_mib(many), _web_mib(many)
        yield Measure(
            name=f"dispatcher, {few.name}",
            value=_mib(long),
            unit="MiB",
            reference="listmonk's own figure",
            reference_value=MOST_MIB,
            note=f"{many.readers:,} readers; at {few.readers:,} {_mib(short):.1f} MiB; "
            f"worker {worker:.0f}, web {web:.0f} MiB",
        )
        yield Measure(
            name=f"memory growth, {few.name}",
            value=_mib(long),
            unit="MiB",
            reference=f"at {few.readers:,} readers",
            reference_value=_mib(short),
        )
        yield Measure(
            name=f"CPU growth, {few.name}",
            value=_cpu(long) / _cpu(short),
            unit="times",
            reference="as many readers",
            reference_value=many.readers / few.readers,
            note=f"{_cpu(short):.1f} s and {_cpu(long):.1f} s, all processes; "
            f"{_rate(long):,.0f} mails/s at {many.readers:,}",
        )


def _mib(flown: Sequence[Flown]) -> float:
    return max(one.dispatcher_kib for one in flown) / 1024


def _cpu(flown: Sequence[Flown]) -> float:
    return statistics.median(one.cpu for one in flown)


def _rate(flown: Sequence[Flown]) -> float:
    return statistics.median(one.rate for one in flown)


def _worker_mib(village: Village) -> float:
    """A worker that finds nothing to do: the mailings are its dispatcher's."""
    running = _command(village, "worker", "--once")
    most = 0
    while running.poll() is None:
        most = max(most, most_kib(running.pid))
        time.sleep(_LOOK_SECONDS)
    return most / 1024


def _web_mib(village: Village) -> float:
    """The server's largest process, once it has answered."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = _command(village, "serve", "--no-worker", "--port", str(port))
    try:
        for _ in range(200):
            time.sleep(_LOOK_SECONDS)
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/issues/").close()
                break
            except OSError:
                continue
        return max(map(most_kib, [running.pid, *children_of(running.pid)])) / 1024
    finally:
        running.terminate()
        running.wait()


def _command(village: Village, *words: str) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).parent / "buurtpost"), *words]
    environment = {"PATH": os.environ.get("PATH", ""), **village.settings.environment}
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
