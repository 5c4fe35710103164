"""A file of readers taken in by the command, against the same rows loaded by hand.

The command reads, checks, normalises, looks up who is known, decides, and seals the
consent of each. The hand has the resulting rows ready as values, and only loads them:
executemany or COPY, table by table, into a database of its own with the same tables,
indexes and triggers. Only its inserts and commits are timed.
"""

import csv
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql
from sqlalchemy import select

from benchmarks import people
from benchmarks.flying import most_kib
from benchmarks.measure import Measure
from benchmarks.village import clock
from database.driver import SQLITE_PRAGMAS
from database.migrate import upgrade
from database.session import Database, open_database
from database.urls import sqlite_file, sqlite_url
from newsletter.settings import Settings, read_settings
from subscribers import senders
from subscribers.lists import add_list
from subscribers.models import Region, RegionKind, Role
from subscribers.reference import load_reference
from subscribers.roles import add_role

MOST_MIB: Final = 150.0
_LOOK_SECONDS: Final = 0.02
_AT_ONCE: Final = 50_000  # rows a transaction of the hand's
# In the order foreign keys want. The last place of the ledger's end is one row.
_TABLES: Final = (
    "subscriber",
    "subscription",
    "suppression",
    "partner_consent",
    "consent_record",
)
_SEED: Final = 2026
_STATUSES: Final = ("confirmed", "pending", "ended", "bounced")
_MORE_ROLES: Final = ("Docent", "Wijkverpleegkundige", "Ontwerper", "Journalist")
_HEADER: Final = (
    "E-mail", "Naam", "Gemeente", "Rollen", "Partners", "Taal", "Status", "Aanmelddatum"
)  # fmt: skip

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class _Home:
    """A new installation with one list and one partner."""

    name: str  # of its database
    url: str
    settings: Settings
    database: Database

    def count(self, table: str) -> int:
        with self.database.engine.connect() as connection:
            found = connection.exec_driver_sql(f"SELECT count(*) FROM {table}")
            return int(found.scalar_one())


def measure(folder: Path, server_url: str, *, readers: int) -> Iterator[Measure]:
    folder.mkdir()
    file = folder / "lezers.csv"
    for database in ("sqlite", "postgresql"):
        with (
            _home(folder / f"{database}-ours", server_url, database) as ours,
            _home(folder / f"{database}-by-hand", server_url, database) as theirs,
        ):
            if not file.exists():
                write_file(file, readers, ours.database)
            taken, mib = _import(ours, file)
            by_hand = _load(ours, theirs)
            _require_the_same(ours, theirs, readers)
        yield Measure(
            name=f"import, {ours.name}",
            value=taken,
            unit="s",
            reference="the same rows loaded by hand",
            reference_value=by_hand,
            note=f"{readers:,} rows, checked, consent sealed; "
            f"{taken / readers * 1e6:.0f} us each",
        )
        yield Measure(
            name=f"import, memory, {ours.name}",
            value=mib,
            unit="MiB",
            reference="the most it may take",
            reference_value=MOST_MIB,
        )


@contextmanager
def _home(folder: Path, server_url: str, kind: str) -> Iterator[_Home]:
    url = sqlite_url(folder / "buurtpost.sqlite")
    if kind == "postgresql":
        name = folder.name.replace("-", "_")
        url = server_url.replace("/postgres?", f"/{name}?")
        with psycopg.connect(server_url, autocommit=True) as connection:
            for words in ("DROP DATABASE IF EXISTS {}", "CREATE DATABASE {}"):
                connection.execute(sql.SQL(words).format(sql.Identifier(name)))
    environment = {"BUURTPOST_HOME": str(folder), "BUURTPOST_DATABASE_URL": url}
    settings = read_settings(environment)
    settings.make_home()
    database = open_database(url)
    upgrade(database.engine)
    with database.write.begin() as session:
        load_reference(session)
        add_list(
            session,
            slug="buurtwijs",
            name="Buurtwijs",
            sender="Stichting Buurtwijs",
            from_address="post@buurtwijs.example",
            postal_address="Postbus 1, Utrecht",
            now=clock(),
        )
        senders.add_sender(session, slug="lpb", name="LPB", postal_address="")
        for role in _MORE_ROLES:
            add_role(session, name=role)
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    yield _Home(names[kind], url, settings, database)
    database.close()


def write_file(path: Path, readers: int, database: Database) -> None:
    """As a spreadsheet would: towns by name, several roles, dates of our own."""
    chance = random.Random(_SEED)
    with database.read() as session:
        towns = [
            region.name
            for region in session.scalars(
                select(Region)
                .where(Region.kind == RegionKind.MUNICIPALITY)
                .order_by(Region.code)
            )
        ]
        roles = list(session.scalars(select(Role.name).order_by(Role.bit)))
    weights = [1 / (rank + 1) for rank in range(len(towns))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(_HEADER)
        for number in range(readers):
            address, name = people.someone(chance, number)
            writer.writerow(
                (
                    address,
                    name if number % 11 else "",
                    chance.choices(towns, weights)[0] if number % 20 else "",
                    "|".join(chance.sample(roles, chance.choice((1, 1, 2, 3)))),
                    "lpb" if chance.random() < 0.05 else "",
                    "en" if number % 33 == 0 else "nl",
                    chance.choices(_STATUSES, (95, 2, 2, 1))[0],
                    _joined(chance),
                )
            )


def _joined(chance: random.Random) -> str:
    day = f"{chance.randrange(2016, 2026)}-{chance.randrange(1, 13):02}"
    time_of_day = f"{chance.randrange(24):02}:{chance.randrange(60):02}:07"
    return f"{day}-{chance.randrange(1, 29):02} {time_of_day}"


def _import(home: _Home, file: Path) -> tuple[float, float]:
    """Seconds from the first to the last of the process, and its most memory in MiB."""
    command = [
        str(Path(sys.executable).parent / "buurtpost"),
        *("subscribers", "import", str(file), "--list=buurtwijs", "--proof=invented"),
    ]
    environment = {"PATH": os.environ.get("PATH", ""), **home.settings.environment}
    began = time.perf_counter()
    running = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    kib = 0
    while running.poll() is None:
        kib = max(kib, most_kib(running.pid))
        time.sleep(_LOOK_SECONDS)
    taken = time.perf_counter() - began
    assert running.returncode == 0, f"the import ended with {running.returncode}"
    return taken, kib / 1024


def _load(source: _Home, target: _Home) -> float:
    """Seconds of loading the rows of one home into the other."""
    load = _load_sqlite if source.name == "SQLite" else _load_postgresql
    return sum(load(source.url, target.url, table) for table in _TABLES)


def _load_sqlite(source: str, target: str, table: str) -> float:
    with (
        closing(sqlite3.connect(sqlite_file(source))) as here,
        closing(sqlite3.connect(sqlite_file(target), isolation_level=None)) as there,
    ):
        for pragma in SQLITE_PRAGMAS:
            there.execute(pragma)
        found = here.execute(f"SELECT * FROM {table}")
        columns = ", ".join(column[0] for column in found.description)
        marks = ", ".join("?" * len(found.description))
        statement = f"INSERT INTO {table} ({columns}) VALUES ({marks})"

        def load(rows: Rows) -> None:
            there.execute("BEGIN IMMEDIATE")
            there.executemany(statement, rows)
            there.execute("COMMIT")

        return _timed(found.fetchmany, load)


def _load_postgresql(source: str, target: str, table: str) -> float:
    with (
        psycopg.connect(source) as here,
        psycopg.connect(target) as there,
        here.cursor(name="rows") as found,
    ):
        found.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table)))
        names = [column.name for column in found.description or ()]
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        # Without it the triggers take empty tables for granted: nine times as slow.
        count_anew = sql.SQL("ANALYZE {}").format(sql.Identifier(table))

        def load(rows: Rows) -> None:
            with there.cursor().copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
            there.execute(count_anew)
            there.commit()

        return _timed(found.fetchmany, load)


def _timed(fetch: Callable[[int], Rows], load: Callable[[Rows], None]) -> float:
    taken = 0.0
    while rows := fetch(_AT_ONCE):
        began = time.perf_counter()
        load(rows)
        taken += time.perf_counter() - began
    return taken


def _require_the_same(ours: _Home, theirs: _Home, readers: int) -> None:
    assert ours.count("subscription") == readers
    for table in _TABLES:
        assert ours.count(table) == theirs.count(table), table
