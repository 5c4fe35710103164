"""``buurtpost demo``: the whole job once, on invented readers, to the outbox."""

import sys

import click

from newsletter.cli.door import Door
from newsletter.cli.receipt_lines import say_receipt
from newsletter.demo.build import build


@click.command()
@click.option(
    "--readers", default=1000, show_default=True, type=click.IntRange(1, 1_000_000)
)
@click.pass_obj
def demo(door: Door, readers: int) -> None:
    """Make the demo anew in its own home and mail its issue to the outbox."""
    made = build(
        door.settings,
        readers=readers,
        clock=lambda: door.now,
        say=lambda line: click.echo(line),
    )
    home = made.settings.home
    click.echo()
    say_receipt(made.receipt)
    click.echo()
    click.echo(f"The mails lie in {made.settings.outbox / str(made.number)}/ as .eml.")
    click.echo("See it all: make serve")
    click.echo(f"      or: BUURTPOST_HOME={home} {sys.argv[0]} serve")
