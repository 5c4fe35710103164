"""``buurtpost retention``: forgetting by rule."""

import click

from newsletter.cli.door import Door
from subscribers import retention as rules


@click.group()
def retention() -> None:
    """What is cleaned away by rule."""


@retention.command()
@click.pass_obj
def run(door: Door) -> None:
    """Forget sign-ups that nobody confirmed in BUURTPOST_PENDING_DAYS days."""
    done = rules.run(
        door.database, pending_days=door.settings.pending_days, now=door.now
    )
    click.echo(
        f"Forgotten: {done.requests} sign-ups, {done.subscriptions} pending "
        f"subscriptions, {done.subscribers} people."
    )
