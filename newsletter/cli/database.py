"""``buurtpost db upgrade``: make the home and bring the database to this version."""

import click

from database.migrate import upgrade as upgrade_schema
from database.session import open_database
from newsletter.cli.door import Door
from subscribers.reference import load_reference


@click.group()
def db() -> None:
    """The database."""


@db.command()
@click.pass_obj
def upgrade(door: Door) -> None:
    """Make the home if it is not there and bring the database to this version."""
    settings = door.settings
    settings.make_home()
    database = open_database(settings.database_url)
    database.check(may_be_new=True)
    upgrade_schema(database.engine)
    with database.write.begin() as session:
        load_reference(session)
    click.echo(f"Ready: {database.engine.url.render_as_string()}")
