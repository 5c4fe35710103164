"""A home of its own for a journey, driven by the real command in real processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.journeys import branch

PATIENCE_SECONDS = 300
BUURTPOST = str(Path(sys.executable).with_name("buurtpost"))


@dataclass
class Home:
    """Runs ``buurtpost`` against one folder and one database."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    # By the installed command, which loads everything anew each time.
    installed: bool = False
    # What commands and servers wrote to standard error: what an operator keeps as log.
    log: list[str] = field(default_factory=list)

    def run(
        self, *arguments: str, expect: int = 0, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a process; the exit code must be the expected one."""
        environment = self.environment_with(more)
        if self.installed:
            done = subprocess.run(
                [BUURTPOST, *arguments],
                env=environment,
                cwd=self.folder,
                capture_output=True,
                text=True,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
        else:
            done = branch.run(
                arguments,
                environment=environment,
                folder=self.folder,
                timeout_seconds=PATIENCE_SECONDS,
            )
        assert done.returncode == expect, (arguments, done.stdout, done.stderr)
        self.log.append(done.stderr)
        return done

    def json(self, *arguments: str, **more: str) -> Any:
        return json.loads(self.run(*arguments, "--json", **more).stdout)

    def refused(self, *arguments: str, **more: str) -> str:
        """Run a command that must be refused; returns its sentence."""
        done = self.run(*arguments, expect=1, **more)
        sentence = done.stderr.strip()
        assert sentence, "a refusal says why"
        assert "Traceback" not in sentence, sentence
        return sentence

    @contextmanager
    def serving(self, port: int) -> Iterator[str]:
        """The web server without a worker, until the block ends."""
        server = subprocess.Popen(
            [BUURTPOST, "serve", "--port", str(port), "--no-worker"],
            env=self.environment_with({}),
            cwd=self.folder,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        base = f"http://127.0.0.1:{port}"
        try:
            wait_until_up(f"{base}/health", server)
            yield base
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            self.log.append(server.communicate(timeout=20)[1].decode())

    def environment_with(self, more: Mapping[str, str]) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("BUURTPOST_", "SENDGRID_"))
        }
        return {
            **inherited,
            "BUURTPOST_HOME": str(self.folder / "home"),
            **self.environment,
            **more,
        }


def wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise AssertionError(server.communicate()[1].decode())
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"{url} did not come up in 30 seconds.")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
