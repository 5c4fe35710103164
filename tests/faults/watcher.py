"""Somebody who looks at the receipt all the time, while everything goes wrong."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from database.session import Database, open_database
from newsletter.dispatch.receipt import receipt
from newsletter.issues.compose import find_issue
from tests.faults.installation import ISSUE, PARTNERS, READERS
from tests.newsletter.dispatch.village import check_sums

_PAUSE_SECONDS = 0.05  # a look costs as much as a mail: it must leave room for them


class Watcher(threading.Thread):
    """``reads`` receipts; ``wrong`` says what did not hold, and in which."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.reads = 0
        self.refused = 0  # the database was away
        self.wrong: list[str] = []
        self._database: Database = open_database(url)
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            try:
                self._look()
            except SQLAlchemyError:
                self.refused += 1
            time.sleep(_PAUSE_SECONDS)
        self._database.close()

    def _look(self) -> None:
        with self._database.read() as session:
            document = receipt(session, find_issue(session, ISSUE))
        self.reads += 1
        try:
            check(document)
        except AssertionError as error:
            self.wrong.append(f"{error}: {document}")

    def wait_for_a_read(self) -> None:
        """The database is back."""
        before = self.reads
        while self.reads == before:
            time.sleep(_PAUSE_SECONDS)

    def end(self) -> None:
        self._over.set()
        self.join()


def check(document: dict[str, Any]) -> None:
    """The sums hold, and they are the sums of everybody, or still of nobody."""
    check_sums(document)
    if document["state"] == "scheduled":
        assert document["candidates"] == 0, "half a freeze was seen"
        return
    assert document["candidates"] == READERS + PARTNERS
    assert document["prepared"] == READERS + PARTNERS
    assert document["editions"]["lpb"]["prepared"] == PARTNERS


@contextmanager
def watching(url: str) -> Iterator[Watcher]:
    watcher = Watcher(url)
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.end()
