"""``buurtpost events``: what providers reported."""

import click

from newsletter.cli.door import Door
from newsletter.dispatch.returns.apply import apply_waiting


@click.group()
def events() -> None:
    """What providers reported about mails."""


@events.command()
@click.pass_obj
def apply(door: Door) -> None:
    """Apply every stored report; those about a mail on its way wait."""
    done = apply_waiting(door.database, door.settings.soft_bounces, now=door.now)
    click.echo(f"{done.applied} reports applied, {done.waiting} wait.")
