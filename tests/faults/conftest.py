"""A started mailing for each fault to spoil, and how ``make crash`` differs."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pytest

from database.migrate import upgrade
from database.session import open_database
from subscribers.reference import load_reference
from tests.conftest import create_postgres, drop_postgres, fresh_url
from tests.faults import installation
from tests.faults.installation import Installation
from tests.faults.postgres import OwnServer
from tests.faults.report import FIGURES, write_report
from tests.faults.rounds import Figures


class Fresh(Protocol):
    def __call__(self, backend: str, *, at: datetime | None = None) -> Installation: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("faults")
    group.addoption("--crash", action="store_true", help="the long run: make crash")
    group.addoption("--kills", type=int, default=14, help="SIGKILLs a cell")
    group.addoption("--seed", type=int, default=1, help="of when and whom to kill")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "long: only in `make crash`")
    config.stash[FIGURES] = []


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    if not _is_crash_run(config):
        items[:] = [item for item in items if not item.get_closest_marker("long")]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if _is_crash_run(config):
        write_report(terminalreporter, config.stash[FIGURES])


def _is_crash_run(config: pytest.Config) -> bool:
    # The option is only known when this folder was named on the command line.
    return bool(config.getoption("--crash", default=False))


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    """How often to kill: a few in CI, where all cells together make a dozen."""
    most: int = request.config.getoption("--kills", default=14)
    return most if _is_crash_run(request.config) else 3


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    number: int = request.config.getoption("--seed", default=1)
    return number


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Callable[[Figures], None]:
    """Puts a line in the table of ``make crash``."""
    return request.config.stash[FIGURES].append


@pytest.fixture(scope="session")
def templates() -> dict[tuple[str, datetime | None], tuple[Path, str]]:
    """By backend and start, a home and a database to copy; made when asked for."""
    return {}


@pytest.fixture
def fresh(
    request: pytest.FixtureRequest,
    templates: dict[tuple[str, datetime | None], tuple[Path, str]],
    tmp_path: Path,
) -> Iterator[Fresh]:
    """Makes an installation whose mailing has just been started, or scheduled."""
    numbers = itertools.count(1)
    made: list[Installation] = []

    def make(backend: str, *, at: datetime | None = None) -> Installation:
        if (backend, at) not in templates:
            templates[backend, at] = _build(request, backend, at)
        home, url = templates[backend, at]
        folder = tmp_path / f"installation-{next(numbers)}"
        if backend == "sqlite":
            # The database lies in the home, and is copied with it.
            url = f"sqlite:///{folder / 'home' / 'buurtpost.sqlite'}"
        else:
            url = create_postgres(
                request.getfixturevalue("postgres_server"), template=url
            )
        made.append(installation.copy(home, folder, url))
        return made[-1]

    yield make
    for one in made:
        one.close()
        if not one.url.startswith("sqlite"):
            drop_postgres(request.getfixturevalue("postgres_server"), one.url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def started(request: pytest.FixtureRequest, fresh: Fresh) -> Installation:
    """One on SQLite, and in the long run one on PostgreSQL."""
    return fresh(request.param)


@pytest.fixture
def on_sqlite(fresh: Fresh) -> Installation:
    """Where the database is not what is tested."""
    return fresh("sqlite")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[OwnServer]:
    server = OwnServer(tmp_path / "postgres")
    yield server
    server.close()


@pytest.fixture
def on_own_server(own_server: OwnServer, tmp_path: Path) -> Iterator[Installation]:
    url, folder = own_server.new_database(), tmp_path / "installation"
    database = open_database(url)
    upgrade(database.engine)
    with database.write.begin() as session:
        load_reference(session)
    installation.build(database, folder / "home")
    database.close()
    made = Installation(folder, url)
    yield made
    made.close()


def _build(
    request: pytest.FixtureRequest, backend: str, at: datetime | None
) -> tuple[Path, str]:
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    home = factory.mktemp(f"started-{backend}") / "home"
    home.mkdir(mode=0o700)
    url = fresh_url(request, home, backend)
    database = open_database(url)
    installation.build(database, home, at=at)
    database.close()
    return home, url
