"""Two people at the same moment, each in a transaction of their own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import sleep

from sqlalchemy.orm import Session

from database.session import Database

Work = Callable[[Session], object]

# Long enough for the second to look at the database, or to wait for a lock.
_MEANWHILE_SECONDS = 0.3


def both_at_once(database: Database, first: Work, second: Work) -> None:
    """Do ``first``; before it commits, begin ``second`` and let it get on or wait."""

    def write() -> None:
        with database.write.begin() as session:
            second(session)

    during(database, first, write)


def during(database: Database, first: Work, second: Callable[[], object]) -> None:
    """The same with a second that opens its transactions itself."""
    begun = threading.Event()

    def follow() -> None:
        begun.set()
        second()

    with ThreadPoolExecutor(1) as thread:
        with database.write.begin() as session:
            first(session)
            session.flush()
            following = thread.submit(follow)
            begun.wait()
            sleep(_MEANWHILE_SECONDS)
        following.result(timeout=30)
