"""``buurtpost issues history``, ``undo``, ``redo`` and ``restore``."""

import click

from newsletter.cli.door import Door, say_json
from newsletter.cli.issue_making import note, who_composes
from newsletter.issues import restoring
from newsletter.issues.compose import find_issue
from newsletter.issues.history import Edit
from newsletter.issues.history import history as history_of
from newsletter.issues.models import IssueVersion

_number = click.argument("number", type=int)
_by = click.option("--by", metavar="EMAIL", help="Who does it.")


@click.command()
@_number
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def history(door: Door, number: int, as_json: bool) -> None:
    """Say who changed what in issue NUMBER, and when."""
    with door.reading() as session:
        found = history_of(session, find_issue(session, number))
        if as_json:
            say_json([_document(one) for one in found])
            return
        for one in found:
            local = one.changed_at.astimezone(door.settings.timezone)
            click.echo(f"{one.version:>5}  {local:%Y-%m-%d %H:%M}  {_said(one)}")


@click.command()
@_number
@_by
@click.pass_obj
def undo(door: Door, number: int, by: str | None) -> None:
    """Take back the last change to issue NUMBER."""
    with door.writing() as session:
        acting = who_composes(session, by)
        issue = find_issue(session, number)
        edit = Edit(door.now, acting)
        done = restoring.undo(session, door.settings, issue, edit=edit)
        note(session, door, acting, issue, f"undid version {done.version}")
        said = _said(done)
    click.echo(f"Undone: {said}.")


@click.command()
@_number
@_by
@click.pass_obj
def redo(door: Door, number: int, by: str | None) -> None:
    """Do again what was undone last in issue NUMBER."""
    with door.writing() as session:
        acting = who_composes(session, by)
        issue = find_issue(session, number)
        edit = Edit(door.now, acting)
        done = restoring.redo(session, door.settings, issue, edit=edit)
        note(session, door, acting, issue, f"redid version {done.version}")
        said = _said(done)
    click.echo(f"Done again: {said}.")


@click.command()
@_number
@click.argument("version", type=int)
@_by
@click.pass_obj
def restore(door: Door, number: int, version: int, by: str | None) -> None:
    """Put VERSION of issue NUMBER back; that can be undone."""
    with door.writing() as session:
        acting = who_composes(session, by)
        issue = find_issue(session, number)
        edit = Edit(door.now, acting)
        restoring.restore(session, door.settings, issue, version, edit=edit)
        note(session, door, acting, issue, f"restored version {version}")
    click.echo(f"Issue {number} is as it was in version {version}.")


def _said(one: IssueVersion) -> str:
    return " ".join(part for part in (one.change, one.about, f"by {one.by}") if part)


def _document(one: IssueVersion) -> dict[str, object]:
    return {
        "version": one.version,
        "changed_at": one.changed_at,
        "by": one.by,
        "change": one.change,
        "about": one.about,
        "blocks": [block["id"] for block in one.blocks],
    }
