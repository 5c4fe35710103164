"""``buurtpost issues approve|approvals|invite|uninvite``: four eyes before a start."""

from typing import Any

import click

from newsletter.cli.door import Door, say_json
from newsletter.issues.compose import find_issue
from newsletter.language import LANGUAGES
from newsletter.staff import people
from newsletter.staff.roles import Act
from newsletter.workflow import links, remarks
from newsletter.workflow.approval import (
    Given,
    Standing,
    look_and_approve,
    standing_of,
    withdraw,
)
from newsletter.workflow.models import ApprovalLink, Remark


@click.command()
@click.argument("number", type=int)
@click.option("--by", help="Who approves; default the only staff member.")
@click.option("--withdraw", "is_off", is_flag=True, help="Take the approval back.")
@click.pass_obj
def approve(door: Door, number: int, by: str | None, is_off: bool) -> None:
    """Approve issue NUMBER as it would be mailed now; any change voids it."""
    now = door.now
    with door.reading() as session:
        name = people.who_acts(session, by)
        people.allow(session, name, Act.APPROVE)
    if is_off:
        with door.writing() as session:
            withdraw(session, find_issue(session, number), by=name, now=now)
        click.echo(f"The approval of {name} is taken back.")
        return
    given = look_and_approve(door.database, door.settings, number, by=name, now=now)
    click.echo(
        f"Issue {number} is approved by {name} for {given.readers} readers "
        f"({given.sha256[:12]})."
    )


@click.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def approvals(door: Door, number: int, as_json: bool) -> None:
    """Show who approved issue NUMBER, what changed since, links and remarks."""
    with door.reading() as session:
        issue = find_issue(session, number)
        standing = standing_of(session, door.settings, issue, now=door.now)
        invited = links.links_of(session, issue)
        said = remarks.remarks_of(session, issue)
        document: dict[str, Any] = {
            "issue": number,
            "needed": standing.needed,
            "missing": standing.missing(None),
            "readers": standing.made.readers,
            "sha256": standing.made.content.sha256,
            "approvals": [_given(one) for one in standing.given],
            "links": [_link(one) for one in invited],
            "remarks": [_remark(one) for one in said],
        }
    if as_json:
        say_json(document)
        return
    _say(number, standing)
    for link in document["links"]:
        click.echo(f"  link for {link['email']}, until {link['until']:%Y-%m-%d %H:%M}")
    for one in document["remarks"]:
        where = one["block"] or "the whole issue"
        click.echo(f"  {one['by']} on {where}: {one['text']}")


def _say(number: int, standing: Standing) -> None:
    click.echo(
        f"Issue {number} needs {standing.needed} other people; "
        f"{len(standing.counting(None))} approve what would be mailed now."
    )
    for given in standing.given:
        readers = f"{given.approval.readers} approved, {standing.made.readers} now"
        click.echo(f"  {given.by}: {'stands' if given.stands else 'void'} ({readers})")
        for change in given.changes:
            click.echo(f"    {change.say('en', with_id=True)}")


@click.command()
@click.argument("number", type=int)
@click.argument("email")
@click.option("--language", type=click.Choice(LANGUAGES), default="nl")
@click.option("--by", help="Who asks; default the only staff member.")
@click.pass_obj
def invite(door: Door, number: int, email: str, language: str, by: str | None) -> None:
    """Mail EMAIL a secret link to look at issue NUMBER, remark and approve."""
    with door.writing() as session:
        name = people.who_acts(session, by)
        people.allow(session, name, Act.INVITE)
        links.invite(
            session,
            door.settings,
            door.signer,
            find_issue(session, number),
            email=email,
            language=language,
            by=name,
            now=door.now,
        )
    click.echo(f"A link for {email} is on its way; it works {links.VALID_DAYS} days.")


@click.command()
@click.argument("number", type=int)
@click.argument("email")
@click.option("--by", help="Who decides; default the only staff member.")
@click.pass_obj
def uninvite(door: Door, number: int, email: str, by: str | None) -> None:
    """Revoke the link EMAIL has to issue NUMBER; an approval by it stands."""
    with door.writing() as session:
        name = people.who_acts(session, by)
        people.allow(session, name, Act.INVITE)
        issue = find_issue(session, number)
        links.revoke(session, issue, email=email, by=name, now=door.now)
    click.echo(f"The link of {email} works no more.")


def _given(given: Given) -> dict[str, Any]:
    return {
        "by": given.by,
        "at": given.approval.approved_at,
        "readers": given.approval.readers,
        "sha256": given.approval.sha256,
        "stands": given.stands,
        "changes": [change.say("en", with_id=True) for change in given.changes],
    }


def _link(link: ApprovalLink) -> dict[str, Any]:
    return {
        "email": link.email,
        "invited_by": link.invited_by,
        "until": link.valid_until,
        "revoked": link.revoked_at is not None,
    }


def _remark(remark: Remark) -> dict[str, Any]:
    return {
        "by": remark.by,
        "block": remark.block or None,
        "text": remark.text,
        "at": remark.made_at,
        "handled": remark.handled_at is not None,
    }
