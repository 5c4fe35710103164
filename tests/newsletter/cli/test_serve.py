"""``serve``: the pages with a worker beside them, until told to stop."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from newsletter.cli import main
from newsletter.cli.door import Door

PATIENCE_SECONDS = 60  # a busy machine starts two Pythons slowly


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    environment = {"BUURTPOST_HOME": str(tmp_path / "home")}
    result = CliRunner().invoke(main, ["db", "upgrade"], obj=Door(environment))
    assert result.exit_code == 0, result.output
    return {**os.environ, **environment}


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number


def serve(
    environment: dict[str, str], port: int, *options: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-c", "from newsletter.cli import main; main()"),
            *("serve", "--port", str(port), *options),
        ],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def answers(port: int) -> bool:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.2)
    return False


@pytest.mark.parametrize("options", [(), ("--no-worker",)])
def test_it_serves_until_told_to_stop_and_then_ends_well(
    environment: dict[str, str], port: int, options: tuple[str, ...]
) -> None:
    process = serve(environment, port, *options)
    try:
        assert answers(port)
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 0, output
    assert f"http://127.0.0.1:{port}/" in output


def test_a_port_in_use_is_refused_with_a_sentence(
    environment: dict[str, str], port: int
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        result = CliRunner().invoke(
            main, ["serve", "--port", str(port)], obj=Door(environment)
        )

    assert result.exit_code == 1
    assert f"Cannot listen on 127.0.0.1 port {port}" in result.stderr


def test_without_a_home_nothing_is_started(tmp_path: Path) -> None:
    door = Door({"BUURTPOST_HOME": str(tmp_path / "none")})

    result = CliRunner().invoke(main, ["serve"], obj=door)

    assert result.exit_code == 1
    assert "buurtpost db upgrade" in result.stderr
