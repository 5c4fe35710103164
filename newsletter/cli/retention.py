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
    """Forget by rule: docs/privacy.md names each rule and its days."""
    done = rules.run(door.database, door.settings, now=door.now)
    readers = done.readers
    click.echo(
        f"Forgotten: {readers.requests} sign-ups, {readers.subscriptions} "
        f"subscriptions never confirmed, {readers.subscribers} people, "
        f"{done.reports} reports."
    )
    click.echo(
        f"Of who is mailed no more: the details of {done.details}, {done.gone} "
        "altogether; "
        f"what servers said of {done.words} mails."
    )
