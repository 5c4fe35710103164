"""``buurtpost retention``: forgetting by rule."""

import click

from newsletter.cli.door import Door
from newsletter.dispatch.returns.ageing import forget_old
from subscribers import retention as rules


@click.group()
def retention() -> None:
    """What is cleaned away by rule."""


@retention.command()
@click.pass_obj
def run(door: Door) -> None:
    """Forget sign-ups that nobody confirmed, and what providers reported long ago."""
    done = rules.run(
        door.database, pending_days=door.settings.pending_days, now=door.now
    )
    reports = forget_old(door.database, now=door.now)
    click.echo(
        f"Forgotten: {done.requests} sign-ups, {done.subscriptions} pending "
        f"subscriptions, {done.subscribers} people, {reports} reports."
    )
