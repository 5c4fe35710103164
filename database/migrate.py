"""Bring a database to the newest migration, from code rather than a shell."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, *, to: str = "head") -> None:
    """Apply every migration up to ``to``, in one transaction where the database can."""
    with engine.begin() as connection:
        configuration = Config()
        configuration.set_main_option("script_location", str(MIGRATIONS))
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, to)
