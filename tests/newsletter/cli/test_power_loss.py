"""What sends refuses to start on a database that may forget what it committed."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from database.session import Database
from newsletter.cli import main
from newsletter.cli.door import Door
from newsletter.dispatch.sending import COMMAND
from newsletter.settings import read_settings
from tests.database.test_durable import POSTGRESQL, settle


@pytest.fixture
def environment(database: Database, tmp_path: Path) -> dict[str, str]:
    """Of an installation whose database was told not to wait for its disk."""
    settle(database, synchronous_commit="off")
    url = database.engine.url.render_as_string(hide_password=False)
    environment = {
        "BUURTPOST_HOME": str(tmp_path / "home"),
        "BUURTPOST_DATABASE_URL": url,
    }
    read_settings(environment).make_home()
    return environment


@POSTGRESQL
@pytest.mark.parametrize(
    "command", [["worker"], ["worker", "--once"], ["serve"], ["serve", "--no-worker"]]
)
def test_it_refuses_with_a_sentence(
    environment: dict[str, str], command: list[str]
) -> None:
    door = Door(environment)
    result = CliRunner().invoke(main, command, obj=door)
    door.database.close()

    assert result.exit_code == 1
    assert "synchronous_commit = on" in result.stderr


@POSTGRESQL
def test_so_does_the_dispatcher_whoever_started_it(
    environment: dict[str, str],
) -> None:
    """A server that was started again may have other settings than it had."""
    done = subprocess.run(
        [*COMMAND, "1"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "synchronous_commit = on" in json.loads(done.stdout)["failed"]
