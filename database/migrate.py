"""Bring a database to the newest migration, from code rather than a shell."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"
# The library's full-text index: FTS5's tables have this name and behind it what SQLite
# keeps in them (_data, _idx, ...); PostgreSQL's is an index over an expression.
_FULL_TEXT = re.compile(r"library_index(_[a-z]+)?|ix_library_item_stems")


class BrokenReferences(Exception):
    """A migration left rows that point at nothing; it was taken back."""


def is_compared(name: str | None, _kind: str, _parents: object) -> bool:
    """Alembic's ``include_name``: no model describes how a text is looked up."""
    return name is None or not _FULL_TEXT.fullmatch(name)


def upgrade(engine: Engine, *, to: str = "head") -> None:
    """Apply every migration up to ``to``, in one transaction where the database can."""
    with (
        engine.connect() as connection,
        _tables_may_be_rebuilt(connection),
        connection.begin(),
    ):
        configuration = Config()
        configuration.set_main_option("script_location", str(MIGRATIONS))
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, to)
        _check_references(connection)


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and drops the old one.

    With foreign keys on, dropping a table that others point at is refused. They can
    only be switched outside a transaction (sqlite.org/lang_altertable.html, 7).
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise BrokenReferences(
            f"After this upgrade a row of {broken[0]} would point at a missing row of "
            f"{broken[2]}. Nothing was changed."
        )
