"""``buurtpost issues check``: look an issue over before it goes out."""

import sys

import click

from newsletter.cli.door import Door, say_json
from newsletter.issues.compose import find_issue
from newsletter.preflight import Findings, Level, check_issue, look_at_links

_HEADINGS = {
    Level.BLOCKING: "Must be mended first",
    Level.WARNING: "Look at this",
    Level.ADVICE: "Could be better",
}


@click.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_obj
def check(door: Door, number: int, as_json: bool) -> None:
    """Look issue NUMBER over. Exit 1 when something blocks a start."""
    now = door.now
    look_at_links(door.database, door.settings, number, now=now)
    with door.reading() as session:
        issue = find_issue(session, number)
        findings = check_issue(session, door.settings, issue, now=now)
    if as_json:
        say_json(findings.to_document())
    else:
        _say(number, findings)
    if findings.blocking:
        click.echo(
            f"Issue {number} cannot start: {len(findings.blocking)} blocking.", err=True
        )
        sys.exit(1)


def _say(number: int, findings: Findings) -> None:
    for level, heading in _HEADINGS.items():
        found = findings.at(level)
        if not found:
            continue
        click.echo(f"{heading}:")
        for one in found:
            where = ", ".join(part for part in (one.variant, one.block) if part)
            click.echo(f"  [{one.check}] {one.message}{f' ({where})' if where else ''}")
    if not any(findings.at(level) for level in Level):
        click.echo(f"Issue {number} is ready.")
