"""``buurtpost retention``: forgetting by rule."""

import click

from newsletter import retention as rules
from newsletter.cli.door import Door


@click.group()
def retention() -> None:
    """What is cleaned away by rule."""


@retention.command()
@click.pass_obj
def run(door: Door) -> None:
    """Forget sign-ups that nobody confirmed, and what providers reported long ago."""
    done = rules.run(door.database, door.settings, now=door.now)
    readers = done.readers
    click.echo(
        f"Forgotten: {readers.requests} sign-ups, {readers.subscriptions} pending "
        f"subscriptions, {readers.subscribers} people, {done.reports} reports."
    )
