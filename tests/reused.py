"""One database for one test after another; each finds it as if it had just been made.

An engine keeps the statements it compiled, and compiling them anew for every test was a
quarter of the time of those tests. So one engine a backend serves the whole run, and
every test finds another database behind it.

What many tests begin with (a mailing that went out) is made once, kept beside the
template by its name, and put back for each of them.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, make_url

from database.session import Database, open_database
from database.urls import sqlite_url


class OnSqlite:
    """One path; every test gets another file there."""

    def __init__(self, template: Path, folder: Path) -> None:
        self._template = template
        self._file = folder / "buurtpost.sqlite"
        self.database = open_database(sqlite_url(self._file))

    def as_new(self) -> Database:
        self._copy(self._template)
        return self.database

    def keep(self, name: str) -> None:
        self.database.close()
        shutil.copy(self._file, self._kept(name))

    def put_back(self, name: str) -> None:
        self._copy(self._kept(name))

    def close(self) -> None:
        self.database.close()

    def _copy(self, file: Path) -> None:
        self.database.close()
        for end in ("", "-wal", "-shm"):
            self._file.with_name(f"{self._file.name}{end}").unlink(missing_ok=True)
        shutil.copy(file, self._file)

    def _kept(self, name: str) -> Path:
        return self._file.with_name(f"{name}.sqlite")


class OnPostgreSql:
    """One name; for every test it is dropped and copied from the template."""

    def __init__(self, server: str, template: str) -> None:
        self._template = make_url(template).database
        self._name = f"{self._template}_reused"
        self._admin = create_engine(
            make_url(server).set(drivername="postgresql+psycopg"),
            isolation_level="AUTOCOMMIT",
        )
        own = make_url(template).set(database=self._name)
        self.database = open_database(own.render_as_string(hide_password=False))

    def as_new(self) -> Database:
        self.put_back("")
        return self.database

    def keep(self, name: str) -> None:
        self.database.close()
        self._copy(self._name, self._kept(name))

    def put_back(self, name: str) -> None:
        self.database.close()
        with self._admin.connect() as connection:
            connection.exec_driver_sql(
                f'drop database if exists "{self._name}" with (force)'
            )
        self._copy(self._kept(name), self._name)

    def close(self) -> None:
        self.database.close()
        self._admin.dispose()

    def _kept(self, name: str) -> str:
        return f"{self._template}_{name}" if name else f"{self._template}"

    def _copy(self, name: str, other: str) -> None:
        with self._admin.connect() as connection:
            # As files: through the log it costs twice as much.
            connection.exec_driver_sql(
                f'create database "{other}" template "{name}" strategy file_copy'
            )


class Begun:
    """What tests on one database begin with: made by the first, copied for the rest."""

    def __init__(self, folder: Path) -> None:
        self._homes: dict[tuple[str, str], Path] = {}
        self._folder = folder

    def begin(
        self,
        reused: OnSqlite | OnPostgreSql,
        name: str,
        home: Path,
        make: Callable[[], None],
    ) -> None:
        key = reused.database.engine.dialect.name, name
        if key in self._homes:
            reused.put_back(name)
            shutil.copytree(self._homes[key], home, dirs_exist_ok=True)
            return
        make()
        reused.keep(name)
        self._homes[key] = self._folder / "-".join(key)
        shutil.copytree(home, self._homes[key])
