from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from newsletter.settings import Settings, read_settings
from tests.newsletter.issues.world import World


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = read_settings({"BUURTPOST_HOME": str(tmp_path / "home")})
    settings.make_home()
    return settings


@pytest.fixture
def world(session: Session, settings: Settings) -> World:
    return World(session, settings)
