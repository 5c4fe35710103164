"""The command in a process of its own, grown from one that has loaded its modules.

Loading them takes longer than most commands, and a journey gives dozens. What it does
with its arguments, its environment, its streams and its exit code is as it is for the
installed command, which the main job runs.
"""

import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_GROWN = multiprocessing.get_context("forkserver")
_GROWN.set_forkserver_preload(
    [
        __name__,
        *("newsletter.agenda", "newsletter.worker", "newsletter.providers"),
        *(
            f"newsletter.cli.{group}"
            for group in (
                *("database", "issues", "library", "lists", "mailings"),
                *("partners", "segments", "subscribers", "worker"),
            )
        ),
    ]
)


def run(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    timeout_seconds: float,
) -> subprocess.CompletedProcess[str]:
    """As ``subprocess.run`` answers, with what it said as text."""
    with tempfile.TemporaryDirectory() as said:
        streams = Path(said, "out"), Path(said, "err")
        process = _GROWN.Process(
            target=_become, args=(arguments, dict(environment), folder, streams)
        )
        process.start()
        process.join(timeout_seconds)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, timeout_seconds)
        code = process.exitcode
        process.close()
        out, err = (stream.read_text(encoding="utf-8") for stream in streams)
    return subprocess.CompletedProcess(arguments, code, out, err)


def _become(
    arguments: Sequence[str],
    environment: dict[str, str],
    folder: Path,
    streams: tuple[Path, Path],
) -> None:
    for number, path in zip((1, 2), streams, strict=True):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdout = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8")
    sys.stderr = io.TextIOWrapper(
        io.FileIO(2, "w", closefd=False), encoding="utf-8", write_through=True
    )
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["buurtpost", *arguments]

    from newsletter.cli import main

    main()
