"""Commands as a person types them, on a home of the test's own."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.cli import main
from newsletter.cli.door import Door
from newsletter.settings import Settings, read_settings

Command = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    """A home with a migrated SQLite database, as ``db upgrade`` leaves it."""
    settings = read_settings({"BUURTPOST_HOME": str(tmp_path / "home")})
    settings.make_home()
    shutil.copy(sqlite_template, settings.home / "buurtpost.sqlite")
    return settings


@pytest.fixture
def buurtpost(settings: Settings) -> Command:
    """``buurtpost("library", "list")``: the exit code and what was said."""

    def run(*arguments: object, **environment: str) -> Result:
        return CliRunner().invoke(
            main,
            [str(argument) for argument in arguments],
            obj=Door({**settings.environment, **environment}),
        )

    return run
