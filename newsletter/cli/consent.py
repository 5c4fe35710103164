"""``buurtpost consent``: the evidence that people said yes."""

import sys

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from database.session import one_view
from newsletter.cli.door import Door
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.naming import subject_of
from newsletter.dispatch.states import MailingKind
from subscribers.verification import verify as verify_ledgers


@click.group()
def consent() -> None:
    """The ledger of who said yes to what."""


@consent.command()
@click.pass_obj
def verify(door: Door) -> None:
    """Check every line of every list's ledger, and the heads kept in receipts."""
    with door.reading() as session:
        # Who signs up meanwhile would look like a line that was cut off.
        one_view(session)
        broken = verify_ledgers(session, witnesses=heads_in_receipts(session))
    for first in broken:
        click.echo(str(first), err=True)
    if broken:
        sys.exit(1)
    click.echo("Every line of consent is as it was written.")


def heads_in_receipts(session: Session) -> dict[str, dict[str, bytes]]:
    """By list: what each ledger ended with when an audience was fixed."""
    heads: dict[str, dict[str, bytes]] = {}
    for mailing in session.scalars(
        select(Mailing).where(Mailing.consent_head.is_not(None))
    ):
        name = f"the receipt of {subject_of(mailing)}"
        if mailing.kind is MailingKind.CORRECTION:
            # Its own witness: it must not stand in for the issue's.
            name = f"{name}'s correction (mailing {mailing.id})"
        slug = mailing.issue.mailing_list.slug
        heads.setdefault(slug, {})[name] = mailing.consent_head or b""
    return heads
