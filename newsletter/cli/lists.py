"""``buurtpost lists``: what one subscribes to."""

import click

from newsletter.cli.door import Door, say_json
from subscribers.lists import add_list, all_lists


@click.group()
def lists() -> None:
    """Mailing lists."""


@lists.command()
@click.argument("slug")
@click.option("--name", required=True, help="As readers know it.")
@click.option("--sender", required=True, help="The organisation behind it.")
@click.option("--from", "from_address", required=True, help="Who the mails are from.")
@click.option(
    "--postal-address", required=True, help="Of the sender; stands in every mail."
)
@click.pass_obj
def add(
    door: Door,
    slug: str,
    name: str,
    sender: str,
    from_address: str,
    postal_address: str,
) -> None:
    """Add a mailing list. Its SLUG is part of every mail's List-Id, for good."""
    with door.writing() as session:
        added = add_list(
            session,
            slug=slug,
            name=name,
            sender=sender,
            from_address=from_address,
            postal_address=postal_address,
            now=door.now,
        )
        click.echo(added.slug)


@lists.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(door: Door, as_json: bool) -> None:
    """Show all mailing lists."""
    with door.reading() as session:
        known = [
            {
                "slug": known.slug,
                "name": known.name,
                "sender": known.sender.name,
                "from": known.from_address,
                "postal_address": known.sender.postal_address,
            }
            for known in all_lists(session)
        ]
    if as_json:
        say_json(known)
        return
    for line in known:
        click.echo("\t".join(line.values()))
