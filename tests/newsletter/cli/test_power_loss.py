"""What sends refuses to start on a database that may forget what it committed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from database.session import Database
from newsletter.cli import main
from newsletter.cli.door import Door
from newsletter.settings import read_settings
from tests.database.test_durable import POSTGRESQL, settle


@POSTGRESQL
@pytest.mark.parametrize(
    "command", [["worker"], ["worker", "--once"], ["serve"], ["serve", "--no-worker"]]
)
def test_it_refuses_with_a_sentence(
    database: Database, tmp_path: Path, command: list[str]
) -> None:
    settle(database, synchronous_commit="off")
    environment = {
        "BUURTPOST_HOME": str(tmp_path / "home"),
        "BUURTPOST_DATABASE_URL": database.engine.url.render_as_string(
            hide_password=False
        ),
    }
    read_settings(environment).make_home()

    door = Door(environment)
    result = CliRunner().invoke(main, command, obj=door)
    door.database.close()

    assert result.exit_code == 1
    assert "synchronous_commit = on" in result.stderr
