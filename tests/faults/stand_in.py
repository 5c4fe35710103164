"""Starting and stopping a stand-in, always on the same port."""

import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import record
from tests.faults.record import Line
from tests.faults.rules import Rule, to_json

ROOT = Path(__file__).parents[2]


@dataclass
class StandIn:
    """``module`` is "relay" or "post_office"; down until ``up``."""

    module: str
    record: Path
    rules: tuple[Rule, ...] = ()
    slow: float = 0  # seconds before each mail, or request, is answered
    port: int = field(default_factory=lambda: _free_port())
    _process: subprocess.Popen[str] | None = None

    def up(self, *, slow: float | None = None) -> None:
        if slow is not None:
            self.slow = slow
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                f"tests.faults.{self.module}",
                *(str(self.port), str(self.record), str(self.slow)),
                to_json(self.rules),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def down(self) -> None:
        """As by a power cut: nobody is told goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def lines(self) -> list[Line]:
        return record.read(self.record)

    def environment(self, connections: int) -> dict[str, str]:
        """What makes a worker send to it."""
        if self.module == "relay":
            url = f"smtp://127.0.0.1:{self.port}?tls=none&connections={connections}"
            return {"BUURTPOST_PROVIDER": "smtp", "BUURTPOST_SMTP_URL": url}
        return {
            "BUURTPOST_PROVIDER": "sendgrid",
            "SENDGRID_API_KEY": "SG.stand-in",
            "SENDGRID_HOST": f"http://127.0.0.1:{self.port}",
            "SENDGRID_CONNECTIONS": str(connections),
        }


@contextmanager
def running(stand_in: StandIn) -> Iterator[StandIn]:
    stand_in.up()
    try:
        yield stand_in
    finally:
        stand_in.down()


def _free_port() -> int:
    """Below those the system gives to clients: while we are down nobody takes it."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
