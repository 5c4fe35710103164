from pathlib import Path

import pytest

from database.session import Database
from tests.newsletter.dispatch.corrections.mailed import Mailed


@pytest.fixture
def mailed(database: Database, tmp_path: Path) -> Mailed:
    """Issue 42 with its readers; the test says who, and lets it go out."""
    return Mailed(database, tmp_path / "home")
