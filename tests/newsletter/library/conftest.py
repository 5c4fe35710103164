"""A home for pictures, and pieces put in with a few words."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from newsletter.library.bodies import Format
from newsletter.library.models import ItemKind, LibraryItem
from newsletter.library.stories import add_item
from newsletter.settings import Settings, read_settings
from tests.conftest import NOW

Add = Callable[..., LibraryItem]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = read_settings({"BUURTPOST_HOME": str(tmp_path / "home")})
    settings.make_home()
    return settings


@pytest.fixture
def add(session: Session, settings: Settings) -> Add:
    """``add("soep", title="Soep")``: what is left out is ordinary."""

    def put_in(slug: str, **values: object) -> LibraryItem:
        ordinary: dict[str, object] = {
            "kind": ItemKind.STORY,
            "title": slug.capitalize(),
            "body": "<p>Elke donderdag om half zes staat de tafel buiten.</p>",
            "format": Format.HTML,
            "now": NOW,
        }
        return add_item(session, settings, slug=slug, **{**ordinary, **values})  # type: ignore[arg-type]

    return put_in
