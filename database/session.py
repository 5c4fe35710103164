"""Engines and sessions; nothing global.

Reading sessions begin deferred, writing sessions take SQLite's one write lock at
once (BEGIN IMMEDIATE): an immediate *reader* would wait behind every writer, and a
deferred *writer* fails with "database is locked" when it upgrades too late.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from database.driver import BUSY_SECONDS, SQLITE_PRAGMAS
from database.durable import require_durable
from database.turns import in_turn

_IMMEDIATE = "begin_immediate"
# As many connections as there are threads that ask: a page that writes may read beside
# it, and must not wait for a connection while it holds one.
_NO_LIMIT = -1
# An error quotes its statement's values, and errors end up in logs: no addresses there.
_HIDE_PARAMETERS = True


class DatabaseUnreachable(Exception):
    """The database is not there or does not answer; the message says what to do."""


@dataclass(frozen=True)
class Database:
    """One database with its two ways in: ``read`` and ``write`` make sessions."""

    engine: Engine
    read: sessionmaker[Session]
    write: sessionmaker[Session]

    def check(self, *, may_be_new: bool = False) -> None:
        """Raise DatabaseUnreachable with a sentence unless the database answers.

        A missing SQLite file counts as unreachable: SQLite would make an empty one.
        """
        file = self.engine.url.database
        if (
            not may_be_new
            and self.engine.dialect.name == "sqlite"
            and file
            and not Path(file).exists()
        ):
            raise DatabaseUnreachable(
                f"There is no database at {file}. Make it with `buurtpost db upgrade`, "
                "or set BUURTPOST_DATABASE_URL to the one you have."
            )
        try:
            with self.engine.connect() as connection:
                connection.execute(text("select 1"))
        except SQLAlchemyError as error:
            raise DatabaseUnreachable(
                f"The database {self.engine.url.render_as_string()} cannot be reached. "
                "Check BUURTPOST_DATABASE_URL and that the server runs."
            ) from error

    def require_durable(self) -> str:
        """Raise NotDurable when a power cut may undo commits; else a warning or ""."""
        with self.engine.connect() as connection:
            return require_durable(
                lambda statement: connection.exec_driver_sql(statement).scalar(),
                is_postgresql=self.engine.dialect.name == "postgresql",
            )

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open ``sqlite:///...`` or ``postgresql://...`` (psycopg 3); connects lazily."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite(url)
    else:
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            max_overflow=_NO_LIMIT,
            hide_parameters=_HIDE_PARAMETERS,
        )
    return Database(
        engine=engine,
        read=sessionmaker(engine),
        write=sessionmaker(engine.execution_options(**{_IMMEDIATE: True})),
    )


def one_view(session: Session) -> None:
    """Let everything asked in this session be of one moment; call it first.

    SQLite does so by itself. PostgreSQL then refuses to change what somebody else has
    changed since, with a serialization failure (SQLSTATE 40001).
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS},
        max_overflow=_NO_LIMIT,
        hide_parameters=_HIDE_PARAMETERS,
    )

    file = engine.url.database or ""

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions by itself: we choose the kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if not connection.get_execution_options().get(_IMMEDIATE):
            connection.exec_driver_sql("BEGIN")
            return
        with in_turn(file, seconds=BUSY_SECONDS):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
