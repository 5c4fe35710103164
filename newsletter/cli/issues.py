"""``buurtpost issues``: import, export, look at and render issues."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from newsletter.cli.door import Door, say_json
from newsletter.cli.lazy import Elsewhere, LazyGroup
from newsletter.issues.compose import all_issues, find_issue
from newsletter.issues.composition import Composition
from newsletter.issues.export import export_issue
from newsletter.issues.files import import_issue, issue_document
from newsletter.issues.models import Issue
from newsletter.issues.variants import plan_variants
from newsletter.issues.waivers import waive as waive_story
from newsletter.production.files import render_issue
from newsletter.staff import audit, people
from newsletter.staff.roles import Act

PATH = click.Path(path_type=Path)


ELSEWHERE = {
    "check": Elsewhere("checks:check", "Look issue NUMBER over."),
    "new": Elsewhere(
        "issue_making:new",
        "Begin an issue: empty, or with another's sections and fixed blocks.",
    ),
    "template": Elsewhere(
        "issue_making:template",
        "The build of issues that recur: sections and fixed blocks.",
    ),
    "block": Elsewhere(
        "issue_blocks:block",
        "Move, copy, hide or remove a block; `issues show` lists them.",
    ),
    "history": Elsewhere(
        "issue_history:history", "Say who changed what in issue NUMBER, and when."
    ),
    "undo": Elsewhere(
        "issue_history:undo", "Take back the last change to issue NUMBER."
    ),
    "redo": Elsewhere(
        "issue_history:redo", "Do again what was undone last in issue NUMBER."
    ),
    "restore": Elsewhere(
        "issue_history:restore",
        "Put VERSION of issue NUMBER back; that can be undone.",
    ),
    "seen": Elsewhere(
        "issue_seen:seen", "Say which blocks of issue NUMBER somebody of these sees."
    ),
    "matrix": Elsewhere(
        "issue_matrix:matrix",
        "Lay the versions of issue NUMBER beside its blocks, with their readers.",
    ),
    "approve": Elsewhere(
        "approvals:approve",
        "Approve issue NUMBER as it would be mailed now; any change voids it.",
    ),
    "approvals": Elsewhere(
        "approvals:approvals",
        "Show who approved issue NUMBER, what changed since, links and remarks.",
    ),
    "invite": Elsewhere(
        "approvals:invite",
        "Mail EMAIL a secret link to look at issue NUMBER, remark and approve.",
    ),
    "uninvite": Elsewhere(
        "approvals:uninvite",
        "Revoke the link EMAIL has to issue NUMBER; an approval by it stands.",
    ),
}


@click.group(cls=LazyGroup, elsewhere=ELSEWHERE)
def issues() -> None:
    """Issues: numbered compositions of blocks."""


@issues.command("import")
@click.argument("path", type=PATH)
@click.pass_obj
def import_(door: Door, path: Path) -> None:
    """Import an issue from PATH: a JSON file, or a folder with issue.json."""
    with door.writing() as session:
        by = people.who_acts(session, None)
        issue = import_issue(session, door.settings, path, by=by, now=door.now)
        said = f"Issue {issue.number}: {_count(issue)}."
    click.echo(said)


@issues.command()
@click.argument("number", type=int)
@click.argument("folder", metavar="DIR", type=PATH)
@click.pass_obj
def export(door: Door, number: int, folder: Path) -> None:
    """Write issue NUMBER and its stories to the new folder DIR."""
    with door.reading() as session:
        export_issue(session, door.settings, find_issue(session, number), folder)
    click.echo(f"Issue {number} is in {folder}.")


@issues.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_(door: Door, as_json: bool) -> None:
    """List all issues, the newest first."""
    with door.reading() as session:
        found = all_issues(session)
        if as_json:
            say_json([_summary(issue) for issue in found])
            return
        if not found:
            click.echo("No issues yet. Import one with `buurtpost issues import PATH`.")
        for issue in found:
            click.echo(f"{issue.number:>5}  {issue.subject}  ({_count(issue)})")


@issues.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def show(door: Door, number: int, as_json: bool) -> None:
    """Show issue NUMBER: its blocks, and who would get which variant today."""
    with door.reading() as session:
        issue = find_issue(session, number)
        if as_json:
            say_json(issue_document(issue))
            return
        planned = plan_variants(
            session,
            issue,
            today=_today(door),
            zone=door.settings.timezone,
            language="en",
        )
        click.echo(f"Issue {number}: {issue.subject}")
        click.echo(f"{issue.mailing_list.slug}, {_count(issue)}")
        for block in Composition.of(issue).all_blocks():
            ruled = " (with a rule)" if block.only else ""
            hidden = " (hidden)" if block.hidden else ""
            click.echo(f"  {block.id}{ruled}{hidden}")
        for variant in planned:
            click.echo(
                f"  {variant.label}  {variant.key}: {variant.readers} readers, "
                f"{variant.say}, {len(variant.blocks)} blocks"
            )


@issues.command()
@click.argument("number", type=int)
@click.option("--to", "folder", metavar="DIR", type=PATH, required=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def render(door: Door, number: int, folder: Path, as_json: bool) -> None:
    """Write every variant of issue NUMBER as HTML, text and MJML to DIR."""
    with door.reading() as session:
        manifest = render_issue(
            session,
            door.settings,
            find_issue(session, number),
            folder,
            day=_today(door),
        )
    if as_json:
        say_json(manifest)
        return
    for variant in manifest["variants"]:
        click.echo(
            f"{variant['key']}: {variant['readers']} readers, {variant['bytes']} bytes"
        )
    click.echo(f"In {folder}.")


@issues.command()
@click.argument("number", type=int)
@click.argument("story")
@click.option("--why", required=True, help="Why it needs no knowledge link.")
@click.option("--by", help="Who decides; default the only staff member.")
@click.pass_obj
def waive(door: Door, number: int, story: str, why: str, by: str | None) -> None:
    """Let STORY go out in issue NUMBER without a knowledge link."""
    with door.writing() as session:
        issue = find_issue(session, number)
        name = people.who_acts(session, by)
        people.allow(session, name, Act.WAIVE)
        waive_story(session, issue, story=story, why=why, by=name, now=door.now)
        audit.record(
            session,
            by=name,
            act=Act.WAIVE,
            subject=f"issue {number}",
            note=f"{story}: {why}",
            now=door.now,
        )
    click.echo(f"Issue {number} may show {story} without a knowledge link.")


def _today(door: Door) -> date:
    return door.now.astimezone(door.settings.timezone).date()


def _count(issue: Issue) -> str:
    editions = "".join(f", edition {_key(document)}" for document in issue.editions)
    return f"{len(issue.blocks)} blocks{editions}"


def _key(document: dict[str, Any]) -> str:
    return str(document.get("partner") or document.get("region"))


def _summary(issue: Issue) -> dict[str, Any]:
    return {
        "number": issue.number,
        "list": issue.mailing_list.slug,
        "subject": issue.subject,
        "blocks": len(issue.blocks),
        "editions": [_key(document) for document in issue.editions],
        "frozen": issue.frozen_at is not None,
    }
