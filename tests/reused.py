"""One database for one test after another; each finds it as if it had just been made.

An engine keeps the statements it compiled, and compiling them anew for every test was a
quarter of the time of those tests. So one engine a backend serves the whole run, and
every test finds another database behind it.
"""

import shutil
from pathlib import Path

from sqlalchemy import create_engine, make_url

from database.session import Database, open_database
from database.urls import sqlite_url


class OnSqlite:
    """One path; every test gets another file there."""

    def __init__(self, template: Path, folder: Path) -> None:
        self._template = template
        self._file = folder / "buurtpost.sqlite"
        self._database = open_database(sqlite_url(self._file))

    def as_new(self) -> Database:
        self._database.close()
        for end in ("", "-wal", "-shm"):
            self._file.with_name(f"{self._file.name}{end}").unlink(missing_ok=True)
        shutil.copy(self._template, self._file)
        return self._database

    def close(self) -> None:
        self._database.close()


class OnPostgreSql:
    """One name; for every test it is dropped and copied from the template."""

    def __init__(self, server: str, template: str) -> None:
        copied = make_url(template)
        own = copied.set(database=f"{copied.database}_reused")
        self._making = (
            f'drop database if exists "{own.database}" with (force)',
            f'create database "{own.database}" template "{copied.database}"',
        )
        self._admin = create_engine(
            make_url(server).set(drivername="postgresql+psycopg"),
            isolation_level="AUTOCOMMIT",
        )
        self._database = open_database(own.render_as_string(hide_password=False))

    def as_new(self) -> Database:
        self._database.close()
        with self._admin.connect() as connection:
            for statement in self._making:
                connection.exec_driver_sql(statement)
        return self._database

    def close(self) -> None:
        self._database.close()
        self._admin.dispose()
