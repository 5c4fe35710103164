"""``buurtpost partners``: the organisations we share stories and editions with."""

from pathlib import Path
from typing import Any

import click

from newsletter.cli.door import Door, say_json
from newsletter.cli.subscribers import by_option
from newsletter.cli.terms import changed, term_options
from newsletter.feeds import WRITERS
from newsletter.partners.brands import (
    LIGHT_CARD,
    READABLE,
    contrast,
    passing_shade,
)
from newsletter.partners.models import Partner
from newsletter.partners.partners import (
    add_partner,
    all_partners,
    change_logos,
    find_partner,
)
from newsletter.partners.terms import read_terms
from newsletter.sharing.addresses import address_of, make_feed, revoke_feeds
from newsletter.staff import audit, people
from newsletter.staff.roles import Act


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
@click.option(
    "--logo-dark",
    type=click.Path(path_type=Path),
    help="For dark screens. Default: the logo on white.",
)
@click.option("--colour", required=True, help="Such as '#005ea2'.")
@click.option("--from", "from_address", help="Default: the list's own address.")
@click.pass_obj
def add(
    door: Door,
    slug: str,
    name: str,
    logo: Path,
    logo_dark: Path | None,
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
            logo_dark=logo_dark,
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


@partners.command()
@click.argument("slug")
@click.option("--logo", type=click.Path(path_type=Path))
@click.option("--logo-dark", type=click.Path(path_type=Path), help="For dark screens.")
@by_option
@click.pass_obj
def logos(
    door: Door, slug: str, logo: Path | None, logo_dark: Path | None, by: str | None
) -> None:
    """Give a partner another logo, or one for dark screens.

    What was mailed keeps the logo it went out with.
    """
    if logo is None and logo_dark is None:
        raise click.UsageError("Give --logo, --logo-dark or both.")
    with door.writing() as session:
        name = people.who_acts(session, by)
        people.allow(session, name, Act.EDIT_LIBRARY)
        partner = find_partner(session, slug)
        change_logos(door.settings, partner, logo=logo, logo_dark=logo_dark)
        audit.record(
            session,
            by=name,
            act=Act.EDIT_LIBRARY,
            subject=f"partner {partner.slug}",
            note="logo changed",
            now=door.now,
        )


@partners.command()
@click.argument("slug")
@term_options
@by_option
@click.pass_obj
def terms(door: Door, /, slug: str, by: str | None, **given: Any) -> None:
    """Show or change what may be done with the partner's pieces."""
    with door.writing() as session:
        partner = find_partner(session, slug)
        kept = read_terms(partner.terms)
        new = changed(session, kept, given)
        if new is not None:
            name = people.who_acts(session, by)
            people.allow(session, name, Act.EDIT_LIBRARY)
            partner.terms = new.to_document()
            audit.record(
                session,
                by=name,
                act=Act.EDIT_LIBRARY,
                subject=f"partner {partner.slug}",
                note="terms changed",
                now=door.now,
            )
        say_json((new or kept).spelled_out())


@partners.command()
@click.argument("slug")
@click.option("--revoke", is_flag=True, help="The addresses given so far stop working.")
@by_option
@click.pass_obj
def feed(door: Door, slug: str, revoke: bool, by: str | None) -> None:
    """Print the addresses of the feed this partner gets from us."""
    with door.writing() as session:
        name = people.who_acts(session, by)
        people.allow(session, name, Act.EDIT_LIBRARY)
        partner = find_partner(session, slug)
        note = "feed given"
        if revoke:
            note = f"feed revoked ({revoke_feeds(session, partner, now=door.now)})"
        else:
            out = make_feed(session, partner, now=door.now)
            for ending in WRITERS:
                click.echo(address_of(door.signer, out, door.settings.base_url, ending))
        audit.record(
            session,
            by=name,
            act=Act.EDIT_LIBRARY,
            subject=f"partner {partner.slug}",
            note=note,
            now=door.now,
        )


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
        "logo_dark": partner.logo_dark,
        "from": partner.from_address,
    }
