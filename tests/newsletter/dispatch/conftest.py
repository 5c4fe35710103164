from pathlib import Path

import pytest

from database.session import Database
from newsletter.providers import PROVIDERS
from newsletter.settings import Settings
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import Village


@pytest.fixture
def village(database: Database, tmp_path: Path) -> Village:
    return Village(database, tmp_path / "home")


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The provider of the test: says of each address what the test wants."""
    provider = Scripted()

    def open_scripted(_settings: Settings) -> Scripted:
        return provider

    monkeypatch.setitem(PROVIDERS, "outbox", open_scripted)
    return provider
