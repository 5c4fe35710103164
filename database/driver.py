"""The same database without SQLAlchemy, for a process that must stay small.

One connection with the pragmas and guarantees of ``database.session``. Statements are
written once, for both databases: parameters are ``:named``, and what locks rows
(``FOR UPDATE ...``, at the end of a line) is left out for SQLite, which has one writer.
"""

import json
import re
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Protocol

from database.durable import require_durable
from database.turns import in_turn
from database.urls import for_libpq, is_sqlite, sqlite_file

# Who signs up waits while a mailing to everybody is frozen, in one transaction; proxies
# in front of us give up after a minute.
BUSY_SECONDS = 50
# WAL: readers and the writer do not wait for each other. FULL: Python's SQLite comes
# so, but a distribution's may not, and a mail that went out must be on the disk before
# anyone counts on it.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
)

Row = tuple[Any, ...]
_WRITING: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)  # by file
_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")
_LOCKS_ROWS = re.compile(r"\bFOR UPDATE\b[^\n)]*")


class DriverError(Exception):
    """The database refused or is gone; nothing of the transaction stands.

    The text names what went wrong and quotes no values: it ends up in logs.
    """


class Transaction:
    """What a connection does between its begin and its commit."""

    def __init__(self, cursor: Any, dialect: "_Dialect") -> None:
        self._cursor = cursor
        self._dialect = dialect

    def run(self, statement: str, **values: Any) -> int:
        """Execute it; how many rows it changed."""
        self._execute(statement, values)
        return int(self._cursor.rowcount)

    def many(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> int:
        """Execute it for each; how many rows they changed in all."""
        if not rows:
            return 0
        with self._dialect.translated():
            self._cursor.executemany(self._dialect.written(statement), rows)
        return int(self._cursor.rowcount)

    def all(self, statement: str, **values: Any) -> list[Row]:
        self._execute(statement, values)
        with self._dialect.translated():
            return list(self._cursor.fetchall())

    def gathered(
        self, statement: str, *names: str, **values: Any
    ) -> list[Sequence[Any]]:
        """The same as ``all``, for many rows of these columns; none of them bytes.

        SQLite lets go of the interpreter for every row it steps to, and gets it back
        only when the thread that sends has had its turn: five hundred turns a chunk.
        So there it makes one row of all.
        """
        rows = self.all(self._dialect.gathering(statement, names), **values)
        return self._dialect.gathered(rows)

    def one(self, statement: str, **values: Any) -> Row | None:
        """The first row; None when there is none."""
        self._execute(statement, values)
        with self._dialect.translated():
            row: Row | None = self._cursor.fetchone()
        return row

    def _execute(self, statement: str, values: Mapping[str, Any]) -> None:
        with self._dialect.translated():
            self._cursor.execute(self._dialect.written(statement), values)


class Driver:
    """One connection, opened when first needed, for one thread at a time.

    After an error the connection is given up and the next use opens another, so that
    a process outlives a database that restarts.
    """

    def __init__(self, dialect: "_Dialect") -> None:
        self._dialect = dialect
        self._connection: Any = None
        # An aware moment as the database keeps it; and the other way round, in UTC.
        self.moment = dialect.moment
        self.read_moment = dialect.read_moment

    @property
    def is_postgresql(self) -> bool:
        return isinstance(self._dialect, _PostgreSql)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end, rolls back on any error. Raises DriverError.

        On SQLite it takes the one write lock at once.
        """
        with self._used() as connection, self._dialect.begun(connection) as cursor:
            yield Transaction(cursor, self._dialect)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Statements that each stand alone: no transaction, no lock."""
        with self._used() as connection, self._dialect.translated():
            cursor = connection.cursor()
            try:
                yield Transaction(cursor, self._dialect)
            finally:
                cursor.close()

    def require_durable(self) -> str:
        """Raise NotDurable when a power cut may undo commits; else a warning or ""."""
        with self.reading() as asking:

            def ask(statement: str) -> object:
                row = asking.one(statement)
                return row[0] if row else None

            return require_durable(ask, is_postgresql=self.is_postgresql)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def day(self, day: date) -> Any:
        """A day as the database keeps it."""
        return day if self.is_postgresql else day.isoformat()

    @contextmanager
    def _used(self) -> Iterator[Any]:
        if self._connection is None:
            with self._dialect.translated():
                self._connection = self._dialect.connect()
        try:
            yield self._connection
        except DriverError:
            self.close()
            raise


def open_driver(url: str) -> Driver:
    """For a URL as ``open_database`` takes it; connects when first used."""
    return Driver(_Sqlite(sqlite_file(url)) if is_sqlite(url) else _PostgreSql(url))


class _Dialect(Protocol):
    def connect(self) -> Any: ...

    def begun(self, connection: Any) -> Any:
        """A context manager: a cursor inside one transaction."""

    def written(self, statement: str) -> str: ...

    def translated(self) -> Any:
        """A context manager that turns the driver's errors into DriverError."""

    def moment(self, moment: datetime) -> Any: ...

    def read_moment(self, value: Any) -> datetime: ...

    def gathering(self, statement: str, names: tuple[str, ...]) -> str:
        """The statement, with all its rows in one if that is better."""

    def gathered(self, rows: list[Row]) -> list[Sequence[Any]]:
        """The rows of what ``gathering`` made."""


class _Sqlite:
    def __init__(self, path: str) -> None:
        self._path = path

    def connect(self) -> sqlite3.Connection:
        # "rw": a file that is not there must not be made.
        connection = sqlite3.connect(
            f"file:{_in_uri(self._path)}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma)
        return connection

    @contextmanager
    def begun(self, connection: sqlite3.Connection) -> Iterator[sqlite3.Cursor]:
        # Until the commit: the next of our threads is woken by it, and need not look.
        with _WRITING[self._path]:
            with self.translated(), in_turn(self._path, seconds=BUSY_SECONDS):
                cursor = connection.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                with self.translated():
                    connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    with self.translated():
                        connection.execute("ROLLBACK")
                raise
            finally:
                cursor.close()

    @lru_cache(maxsize=256)  # noqa: B019 - as many statements as the code has
    def written(self, statement: str) -> str:
        return _LOCKS_ROWS.sub("", statement)

    @contextmanager
    def translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise DriverError(f"{type(error).__name__}: {error}") from error

    def moment(self, moment: datetime) -> str:
        # As SQLAlchemy writes it: equal text must mean equal moments.
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")

    def read_moment(self, value: str) -> datetime:
        return datetime.fromisoformat(f"{value}+00:00")

    @lru_cache(maxsize=16)  # noqa: B019 - as many statements as the code has
    def gathering(self, statement: str, names: tuple[str, ...]) -> str:
        columns = ", ".join(names)
        return (
            f"WITH gathered ({columns}) AS ({statement}) "  # noqa: S608 - our own words
            f"SELECT json_group_array(json_array({columns})) FROM gathered"
        )

    def gathered(self, rows: list[Row]) -> list[Sequence[Any]]:
        found: list[Sequence[Any]] = json.loads(rows[0][0])
        return found


class _PostgreSql:
    def __init__(self, url: str) -> None:
        self._url = for_libpq(url)

    def connect(self) -> Any:
        import psycopg

        return psycopg.connect(self._url, autocommit=True)

    @contextmanager
    def begun(self, connection: Any) -> Iterator[Any]:
        with (
            self.translated(),
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            yield cursor

    @lru_cache(maxsize=256)  # noqa: B019 - as many statements as the code has
    def written(self, statement: str) -> str:
        return _PARAMETER.sub(r"%(\1)s", statement)

    @contextmanager
    def translated(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            # Only the first line: the next ones quote the row.
            first = str(error).partition("\n")[0]
            raise DriverError(f"{type(error).__name__}: {first}") from error

    def moment(self, moment: datetime) -> datetime:
        return moment

    def read_moment(self, value: datetime) -> datetime:
        return value.astimezone(UTC)

    def gathering(self, statement: str, names: tuple[str, ...]) -> str:  # noqa: ARG002 - only SQLite gathers
        return statement

    def gathered(self, rows: list[Row]) -> list[Sequence[Any]]:
        return list(rows)


def _in_uri(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
