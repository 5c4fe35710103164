from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingState
from newsletter.providers import PROVIDERS
from newsletter.settings import Settings, read_settings
from tests.conftest import NOW
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import Village
from tests.newsletter.issues.world import World


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


@pytest.fixture
def mailing(session: Session, tmp_path: Path) -> Mailing:
    """Being sent since this moment."""
    settings = read_settings({"BUURTPOST_HOME": str(tmp_path / "home")})
    settings.make_home()
    issue = World(session, settings).issue({"kind": "story", "story": "soep"})
    mailing = Mailing(
        issue=issue,
        state=MailingState.SENDING,
        started_by="operator",
        created_at=NOW,
        frozen_at=NOW,
    )
    session.add(mailing)
    session.flush()
    return mailing
