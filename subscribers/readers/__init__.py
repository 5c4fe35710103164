"""The table ``reader``, kept by the database itself: nobody can forget to.

Triggers on the four tables that decide who is mailed put a row there, change it or
take it away, in the same transaction. They fire for whoever writes: a form, an import's
COPY, a cascade, a database client. ``docs/decisions/0018`` says why.

Every upgrade begins by taking them away (SQLite makes a table anew to change it, and
drops its triggers) and ends by making them again.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, delete, select
from sqlalchemy.orm import Session

from subscribers.models import Reader, Subscriber, Suppression

_HERE = Path(__file__).parent

_KEY = ("subscriber_id", "list_id")
_REST = (
    "region_code",
    "role_mask",
    "language",
    "joined_at",
    "paused_until",
    "frequency",
    "edition_sender_id",
)
_COLUMNS = ", ".join((*_KEY, *_REST))
# What stands in the files by its name: every one of them writes the same columns.
_PIECES = {
    "{write_readers}": (
        f"INSERT INTO reader ({_COLUMNS}) SELECT {_COLUMNS} "  # noqa: S608 its own
        "FROM reader_true"
    ),
    "{or_change_them}": (
        f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET "
        + ", ".join(f"{column} = excluded.{column}" for column in _REST)
    ),
}


def install(connection: Connection) -> None:
    """Make the view and the triggers; they must not be there."""
    for file in ("view", connection.dialect.name):
        _run(connection, _HERE / f"{file}.sql")


def remove(connection: Connection) -> None:
    """Take away what is there of them; until they are back ``reader`` stands still."""
    for statement in _dropping(connection):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("DROP VIEW IF EXISTS reader_true")


def rebuild(connection: Connection) -> None:
    """Write the table anew from the four it follows: after a migration, or a copy."""
    _run(connection, _HERE / "rebuild.sql")


def take_out_suppressed(session: Session) -> int:
    """Take out whoever confirmed in the instant they were suppressed; how many.

    On PostgreSQL neither of those two transactions sees the other. Few are suppressed:
    looking for them costs little.
    """
    suppressed = select(Subscriber.id).join(
        Suppression, Suppression.address_hash == Subscriber.address_hash
    )
    found = session.execute(
        delete(Reader)
        .where(Reader.subscriber_id.in_(suppressed))
        .returning(Reader.subscriber_id)
        .execution_options(synchronize_session=False)
    )
    return len(found.all())


def _dropping(connection: Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master "
            "WHERE type = 'trigger' AND name LIKE 'reader_%'"
        )
        return [f'DROP TRIGGER "{name}"' for (name,) in found]
    found = connection.exec_driver_sql(
        "SELECT proname FROM pg_proc WHERE starts_with(proname, 'reader_') "
        "AND pronamespace = current_schema()::regnamespace"
    )
    return [f'DROP FUNCTION "{name}" CASCADE' for (name,) in found]


def _run(connection: Connection, file: Path) -> None:
    """Every statement of a file, within the transaction that is open."""
    words = file.read_text(encoding="utf-8")
    for name, piece in _PIECES.items():
        words = words.replace(name, piece)
    if connection.dialect.name == "postgresql":
        # It takes several at once as long as no values go with them.
        connection.exec_driver_sql(words, execution_options={"no_parameters": True})
        return
    for statement in _one_by_one(words):
        connection.exec_driver_sql(statement)


def _one_by_one(words: str) -> Iterator[str]:
    statement = ""
    for line in words.splitlines(keepends=True):
        statement += line
        # It knows that the semicolons inside a trigger do not end it.
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
