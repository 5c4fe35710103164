"""The application over a database of the test's own, with a clock that stands still.

``client`` asks it directly; ``served`` is its address for ``browser``, a real one.
"""

import copyreg
import threading
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from database.session import Database
from newsletter.settings import Settings, read_settings
from subscribers.tokens import Signer
from tests.conftest import NOW
from tests.node import axe_source
from web.app import create_app
from web.session import House

# What an application remembers may be copied; a copy has a lock of its own.
copyreg.pickle(type(threading.Lock()), lambda _lock: (threading.Lock, ()))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = read_settings(
        {
            "BUURTPOST_HOME": str(tmp_path / "home"),
            "BUURTPOST_SECRET_KEY": "a key for tests",
            "BUURTPOST_BASE_URL": "https://post.example.nl",
        }
    )
    settings.make_home()
    return settings


@dataclass
class Clock:
    """Stands still until a test moves it."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def _built() -> dict[object, tuple[Flask, dict[str, Any]]]:
    """By settings, an application nobody asked anything and what it held then."""
    return {}


@pytest.fixture
def app(
    settings: Settings,
    database: Database,
    clock: Clock,
    _built: dict[object, tuple[Flask, dict[str, Any]]],
) -> Flask:
    """On SQLite and PostgreSQL; what tests set up they commit with ``database``.

    Building one, and compiling its templates, takes longer than most tests: those with
    the same settings share one. What it stands on and what it remembers between
    requests is in its ``extensions``, and those are the test's own.
    """
    kind = frozenset({**settings.environment, "BUURTPOST_HOME": ""}.items())
    if kind not in _built:
        made = create_app(settings, database, clock)
        _built[kind] = made, {**made.extensions}
    app, extensions = _built[kind]
    house = House(settings, database, Signer(settings.signing_keys()), clock)
    app.extensions = deepcopy(extensions, {id(extensions["buurtpost"]): house})
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def served(settings: Settings, sqlite_database: Database) -> Iterator[str]:
    """The address of a running server over ``sqlite_database``, on the real clock."""
    server = make_server("127.0.0.1", 0, _nothing, threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    server.app = create_app(replace(settings, base_url=address), sqlite_database)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def _nothing(_environ: object, _start: object) -> list[bytes]:
    return []  # replaced before the first request


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, at the version package-lock.json names."""
    return axe_source()
