from pathlib import Path

import pytest

from database.session import Database
from tests.newsletter.dispatch.bundles.monthly import Monthly


@pytest.fixture
def monthly(database: Database, tmp_path: Path) -> Monthly:
    """On SQLite and on PostgreSQL."""
    return Monthly(database, tmp_path / "home")


@pytest.fixture
def village(sqlite_database: Database, tmp_path: Path) -> Monthly:
    """Where the database is not what is tested."""
    return Monthly(sqlite_database, tmp_path / "home")
