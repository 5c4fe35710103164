"""``buurtpost staff``: the people who make the newsletter."""

import click

from newsletter.cli.door import Door
from newsletter.partners.partners import find_partner
from newsletter.staff import people, sign_in
from newsletter.staff.models import StaffRole
from newsletter.staff.roles import Act
from subscribers import regions


@click.group()
def staff() -> None:
    """The people who make the newsletter."""


@staff.command()
@click.argument("email")
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in StaffRole]),
    help="What they may do.",
)
@click.option("--region", help="For a board: GM.... or a name.")
@click.option("--partner", help="For a partner's own people: its slug.")
@click.option("--by", metavar="EMAIL", help="Who adds them, for the audit log.")
@click.pass_obj
def add(
    door: Door,
    email: str,
    role: str,
    region: str | None,
    partner: str | None,
    by: str | None,
) -> None:
    """Add somebody and print a sign-in link that is valid for 24 hours."""
    now = door.now
    with door.writing() as session:
        acting = people.who_acts(session, by)
        people.allow(session, acting if by else people.OPERATOR, Act.STAFF)
        member = people.add_staff(
            session,
            email=email,
            role=StaffRole(role),
            region=regions.find(session, region) if region else None,
            partner=find_partner(session, partner) if partner else None,
            by=acting,
            now=now,
        )
        secret = sign_in.make_link(session, member, now=now)
    click.echo(sign_in.sign_in_url(door.settings.base_url, secret))
