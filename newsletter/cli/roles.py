"""``buurtpost roles``: what readers do in the neighbourhood."""

import click

from newsletter.cli.door import Door
from subscribers.roles import add_role, all_roles


@click.group()
def roles() -> None:
    """Roles a reader can choose."""


@roles.command()
@click.argument("name")
@click.pass_obj
def add(door: Door, name: str) -> None:
    """Add a role; its slug is made from its NAME."""
    with door.writing() as session:
        click.echo(add_role(session, name=name).slug)


@roles.command("list")
@click.pass_obj
def list_(door: Door) -> None:
    """Show all roles."""
    with door.reading() as session:
        for role in all_roles(session):
            click.echo(f"{role.slug}\t{role.name}")
