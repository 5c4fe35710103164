"""A worker that kills itself at a named point; run as a process of its own.

``python -m tests.newsletter.dispatch.dying POINT NTH``: dies with SIGKILL at the NTH
mail for the points about one mail. Each mail taken is a line, on the disk, in the file
``TAKEN`` of the environment; nothing else is known of it from the outside.
"""

import os
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from database.session import open_database
from newsletter.dispatch.flight import dispatcher
from newsletter.jobs.context import Context
from newsletter.providers import PROVIDERS
from newsletter.providers.base import Chunk, Marks, Stop
from newsletter.settings import Settings, read_settings
from newsletter.worker import run_once
from subscribers.tokens import Signer

POINTS = ("claimed", "handed over", "taken", "marked", "sent", "recorded")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Recording:
    """Takes every mail by writing its address down, and dies where it is told to."""

    name = "recording"
    chunk_size = 1000
    at_once = 1

    def __init__(
        self, taken: Path, *, point: str = "", nth: int = 0, seconds: float = 0
    ) -> None:
        self._taken = taken
        self._point = point
        self._left = nth
        self._seconds = seconds

    def send(self, chunk: Chunk, *, marks: Marks, until: Stop) -> None:
        for place, recipient in enumerate(chunk.recipients):
            if until():
                return
            self._left -= 1
            marks.handed_over(place)
            self._at("handed over")
            self._take(recipient.address)
            self._at("taken")
            marks.accepted(place)
            self._at("marked")
            time.sleep(self._seconds)

    def close(self) -> None:
        """Nothing is kept open."""

    def _at(self, point: str) -> None:
        if self._point == point and self._left == 0:
            die()

    def _take(self, address: str) -> None:
        with self._taken.open("a") as file:
            file.write(address + "\n")
            file.flush()
            os.fsync(file.fileno())


def main(point: str, nth: int, seconds: float) -> None:
    settings = read_settings(os.environ)

    def open_recording(_settings: Settings) -> Recording:
        return Recording(
            Path(os.environ["TAKEN"]), point=point, nth=nth, seconds=seconds
        )

    PROVIDERS["outbox"] = open_recording  # type: ignore[index]
    _die_around_the_step(point)
    context = Context(
        open_database(settings.database_url),
        settings,
        Signer(settings.signing_keys()),
        lambda: datetime.now(UTC),
    )
    run_once(context)


def _die_around_the_step(point: str) -> None:
    """The points between two mails lie around the dispatcher's own two calls."""
    names: dict[str, Any] = vars(dispatcher)
    send, record = dispatcher._Dispatcher._send, names["record"]

    def dying_send(*given: Any, **named: Any) -> Any:
        if point == "claimed":
            die()
        return send(*given, **named)

    def dying_record(*given: Any, **named: Any) -> Any:
        if point == "sent":
            die()
        counts = record(*given, **named)
        if point == "recorded":
            die()
        return counts

    names["record"] = dying_record
    dispatcher._Dispatcher._send = dying_send


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
