"""The application over a database of the test's own, with a clock that stands still."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from database.session import Database
from newsletter.settings import Settings, read_settings
from tests.conftest import NOW
from web.app import create_app


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


@pytest.fixture
def app(settings: Settings, database: Database, clock: Clock) -> Flask:
    """On SQLite and PostgreSQL; what tests set up they commit with ``database``."""
    return create_app(settings, database, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
