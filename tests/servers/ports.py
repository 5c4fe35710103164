"""A port nobody listens on, and waiting until somebody does."""

import socket
import subprocess
import time
from pathlib import Path

HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_listening(
    port: int, server: subprocess.Popen[bytes], *, log: Path, seconds: float = 180
) -> None:
    """Return once the server takes connections; fail with its log when it ends."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert server.poll() is None, f"It ended by itself: {log.read_text()[-2000:]}"
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"It does not listen: {log.read_text()[-2000:]}")
