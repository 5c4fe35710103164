"""``buurtpost mailings``: send an issue, and see what became of it."""

import click
from sqlalchemy.orm import Session

from newsletter.cli.door import Door, say_json
from newsletter.cli.numbers import Number
from newsletter.cli.plan_lines import approved, say_plan
from newsletter.cli.receipt_lines import name_of, say_correction, say_receipt
from newsletter.dispatch import mailings as acts
from newsletter.dispatch import receipt as receipts
from newsletter.dispatch import settling
from newsletter.dispatch.bundles.known import find_bundle
from newsletter.dispatch.bundles.months import read_number
from newsletter.dispatch.bundles.send import make_bundle
from newsletter.dispatch.corrections import send as corrections
from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.naming import find_mailed
from newsletter.dispatch.schedule import read_moment, say_moment
from newsletter.dispatch.settling import Outcome
from newsletter.dispatch.testmail import send_test
from newsletter.issues.compose import find_issue
from newsletter.staff import people
from newsletter.staff.roles import Act

_issue = click.argument("number", type=int)
_number = click.argument("number", type=Number())
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
_by = click.option("--by", metavar="EMAIL", help="Who does it, for the audit log.")
_correction = click.option(
    "--correction",
    type=int,
    metavar="N",
    help="Do it to this correction of the issue, not to the issue.",
)


@click.group()
def mailings() -> None:
    """Send an issue, and see what became of it."""


@mailings.command()
@_number
@_json
@click.pass_obj
def plan(door: Door, number: int | str, as_json: bool) -> None:
    """Say who would get what today. Writes nothing."""
    settings, now = door.settings, door.now
    with door.reading() as session:
        if isinstance(number, str):
            document = receipts.planned_bundle(session, settings, number, now=now)
        else:
            issue = find_issue(session, number)
            document = receipts.planned(session, settings, issue, now=now)
            document |= approved(session, settings, issue, now=now)
    if as_json:
        say_json(document)
    else:
        say_plan(document)


@mailings.command()
@_number
@click.option("--at", metavar="2027-01-15T10:53", help="Local time; default: now.")
@_by
@click.pass_obj
def start(door: Door, number: int | str, at: str | None, by: str | None) -> None:
    """Freeze the audience and let the worker send, now or at a moment.

    A bundle is made by itself when its month is over; this makes it now.
    """
    if isinstance(number, str):
        _start_bundle(door, number, at=at, by=by)
        return
    now = door.now
    moment = None
    if at is not None:  # an empty --at is a script's mistake: it must not mean "now"
        moment = read_moment(at, timezone=door.settings.timezone, now=now)
    with door.reading() as session:
        acting = _acting(session, by)
    mailing_id = acts.start_now_or_at(
        door.database, door.settings, number, by=acting, at=moment, now=now
    )
    pace, timezone = door.settings.pace, door.settings.timezone
    opens = pace.next_open(moment or now, timezone=timezone)
    when = say_moment(opens, timezone=timezone)
    if not pace.is_open(moment or now, timezone=timezone):
        click.echo(f"That is outside the sending hours ({pace.hours}).")
    if moment is not None:
        click.echo(f"Issue {number} starts {when} (mailing {mailing_id}).")
        return
    with door.reading() as session:
        document = receipts.receipt(session, find_issue(session, number))
    say_receipt(document)
    since = f" from {when}" if opens > now else ""
    click.echo(f"`buurtpost worker` sends it{since}.")


def _start_bundle(door: Door, number: str, *, at: str | None, by: str | None) -> None:
    if at is not None:
        raise click.UsageError(
            "A bundle goes out by itself when its month is over; --at is for issues."
        )
    with door.reading() as session:
        acting = _acting(session, by)
        mailing_list, month = read_number(session, number)
    made = make_bundle(
        door.database,
        door.settings,
        mailing_list.id,
        month,
        by=acting,
        now=door.now,
    )
    with door.reading() as session:
        document = receipts.receipt(session, find_bundle(session, made))
    say_receipt(document)
    click.echo("`buurtpost worker` sends it.")


@mailings.command()
@_issue
@click.option("--to", required=True, metavar="ADDRESS")
@click.option("--variant", metavar="KEY", help="Default: the first.")
@_by
@click.pass_obj
def test(door: Door, number: int, to: str, variant: str | None, by: str | None) -> None:
    """Send one copy to an address; never counted."""
    with door.reading() as session:
        acting = people.who_acts(session, by)
        people.allow(session, acting, Act.TEST)
    key = send_test(
        door.database,
        door.settings,
        door.signer,
        number,
        to=to,
        variant=variant,
        by=acting,
        now=door.now,
    )
    click.echo(f"Variant {key} is on its way to {to}.")


@mailings.command()
@_number
@_correction
@_by
@click.pass_obj
def pause(
    door: Door, number: int | str, correction: int | None, by: str | None
) -> None:
    """Begin no new hand-over; the rest waits."""
    with door.writing() as session:
        acting = _acting(session, by)
        which = find_mailed(session, number, correction)
        acts.pause(session, which, by=acting, now=door.now)
    click.echo(f"The {name_of(number, correction)} is paused.")


@mailings.command()
@_number
@_correction
@_by
@click.pass_obj
def resume(
    door: Door, number: int | str, correction: int | None, by: str | None
) -> None:
    """Go on where it stopped."""
    with door.reading() as session:
        acting = _acting(session, by)
    state = acts.look_and_resume(
        door.database, door.settings, number, correction, by=acting, now=door.now
    )
    click.echo(f"The {name_of(number, correction)} is {state}.")


@mailings.command()
@_number
@_correction
@_by
@click.pass_obj
def cancel(
    door: Door, number: int | str, correction: int | None, by: str | None
) -> None:
    """Stop for good: who waits never gets it."""
    with door.writing() as session:
        acting = _acting(session, by)
        which = find_mailed(session, number, correction)
        acts.cancel(session, which, by=acting, now=door.now)
    click.echo(f"The {name_of(number, correction)} is cancelled.")


@mailings.command()
@_number
@_correction
@_by
@click.pass_obj
def retry(
    door: Door, number: int | str, correction: int | None, by: str | None
) -> None:
    """Queue those who were refused once more, and only those."""
    with door.writing() as session:
        acting = _acting(session, by)
        which = find_mailed(session, number, correction)
        tried = acts.retry(session, which, by=acting, now=door.now)
    click.echo(f"{tried} of the {name_of(number, correction)} are tried again.")


@mailings.command()
@_number
@click.option(
    "--outcome",
    required=True,
    type=click.Choice([outcome.value for outcome in Outcome]),
    help="They got it; send it once more; or leave it open.",
)
@_correction
@_by
@click.pass_obj
def settle(
    door: Door, number: int | str, outcome: str, correction: int | None, by: str | None
) -> None:
    """Say what to make of everyone in doubt. Only "again" mails anybody twice."""
    with door.writing() as session:
        acting = _acting(session, by)
        settled = settling.settle(
            session,
            find_mailed(session, number, correction),
            Outcome(outcome),
            by=acting,
            now=door.now,
        )
    said = settling.SAID[Outcome(outcome)]
    click.echo(f"{settled} of the {name_of(number, correction)} {said}.")


@mailings.command()
@_issue
@click.argument("item")
@click.option("--text", required=True, help="What was wrong and how it is: Markdown.")
@_by
@click.pass_obj
def correct(door: Door, number: int, item: str, text: str, by: str | None) -> None:
    """Put right, for whoever had it, ITEM: a block's id or a story's slug."""
    with door.reading() as session:
        acting = _acting(session, by)
    made = corrections.correct(
        door.database,
        door.settings,
        number,
        item,
        text=text,
        by=acting,
        now=door.now,
    )
    with door.reading() as session:
        document = receipts.receipt(session, find_issue(session, number), now=door.now)
    say_correction(document["corrections"][made - 1])
    click.echo("`buurtpost worker` sends it.")


@mailings.command()
@_number
@_json
@click.pass_obj
def receipt(door: Door, number: int | str, as_json: bool) -> None:
    """Print the sums of a mailing; they always add up."""
    with door.reading() as session:
        which = find_mailed(session, number)
        assert not isinstance(which, Correction)  # none was asked for
        document = receipts.receipt(session, which, now=door.now)
    if as_json:
        say_json(document)
    else:
        say_receipt(document, timezone=door.settings.timezone)


def _acting(session: Session, by: str | None) -> str:
    acting = people.who_acts(session, by)
    people.allow(session, acting, Act.SEND)
    return acting
