"""``buurtpost partners``: the organisations we share stories and editions with."""

from pathlib import Path

import click

from newsletter.cli.door import Door, say_json
from newsletter.partners.brands import (
    LIGHT_CARD,
    READABLE,
    contrast,
    passing_shade,
)
from newsletter.partners.models import Partner
from newsletter.partners.partners import add_partner, all_partners


@click.group()
def partners() -> None:
    """Organisations we share stories and editions with."""


@partners.command()
@click.argument("slug")
@click.option("--name", required=True, help="As readers know it.")
@click.option(
    "--logo",
    required=True,
    type=click.Path(path_type=Path),
    help="A PNG, JPEG, GIF or WebP.",
)
@click.option("--colour", required=True, help="Such as '#005ea2'.")
@click.option("--from", "from_address", help="Default: the list's own address.")
@click.pass_obj
def add(
    door: Door,
    slug: str,
    name: str,
    logo: Path,
    colour: str,
    from_address: str | None,
) -> None:
    """Add a partner with its logo and colour."""
    with door.writing() as session:
        partner = add_partner(
            session,
            door.settings,
            slug=slug,
            name=name,
            logo=logo,
            colour=colour,
            from_address=from_address,
            now=door.now,
        )
        click.echo(partner.slug)
        _say_shade(partner)


@partners.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(door: Door, as_json: bool) -> None:
    """Show all partners."""
    with door.reading() as session:
        known = all_partners(session)
        if as_json:
            say_json([_facts(partner) for partner in known])
            return
        for partner in known:
            click.echo(f"{partner.slug}\t{partner.name}\t{partner.colour}")


def _say_shade(partner: Partner) -> None:
    shade = passing_shade(partner.colour, LIGHT_CARD)
    if shade != partner.colour:
        click.echo(
            f"{partner.colour} has a contrast of "
            f"{contrast(partner.colour, LIGHT_CARD):.1f} on white, below {READABLE}: "
            f"{shade} is used for text and lines, the nearest shade that can be read.",
            err=True,
        )


def _facts(partner: Partner) -> dict[str, object]:
    return {
        "slug": partner.slug,
        "name": partner.name,
        "colour": partner.colour,
        "shown_colour": passing_shade(partner.colour, LIGHT_CARD),
        "logo": partner.logo,
        "from": partner.from_address,
    }
