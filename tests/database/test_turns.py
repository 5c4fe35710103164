"""Waiting in turn for SQLite's one writer."""

import fcntl
import threading
from pathlib import Path

import pytest

from database.session import Database, open_database
from database.turns import in_turn
from database.urls import sqlite_url


def test_whoever_begins_to_write_waits_for_the_one_at_the_door(tmp_path: Path) -> None:
    """Another process: it found the lock taken, and is the next to have it."""
    database = open_database(sqlite_url(tmp_path / "post.sqlite"))
    written = threading.Event()
    writing = threading.Thread(target=_write, args=(database, written))

    with (tmp_path / "post.sqlite-turn").open("ab") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        writing.start()
        assert not written.wait(0.1)
    assert written.wait(10)

    writing.join()
    database.close()


def test_whoever_waited_long_enough_is_let_through(tmp_path: Path) -> None:
    """The door keeps order; SQLite's own lock keeps the data."""
    path = tmp_path / "post.sqlite"
    with Path(f"{path}-turn").open("ab") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        with in_turn(str(path), seconds=0.01):
            pass


def test_the_door_is_open_again_after_an_error(tmp_path: Path) -> None:
    path = str(tmp_path / "post.sqlite")
    with pytest.raises(ZeroDivisionError), in_turn(path, seconds=1):
        raise ZeroDivisionError

    passed = threading.Event()
    other = threading.Thread(target=_pass, args=(path, passed))
    other.start()

    assert passed.wait(10)
    other.join()


def _write(database: Database, written: threading.Event) -> None:
    with database.write.begin() as session:
        session.connection()
        written.set()


def _pass(path: str, passed: threading.Event) -> None:
    with in_turn(path, seconds=30):
        passed.set()
