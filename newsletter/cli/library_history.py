"""``buurtpost library merge``, ``versions``, ``restore``: what a piece was before."""

import click
from sqlalchemy.orm import Session

from newsletter.cli.door import Door, say_json
from newsletter.issues.doubles import merge as merge_pieces
from newsletter.library.stories import find_item
from newsletter.library.versions import Change, history
from newsletter.library.versions import restore as restore_version
from newsletter.staff import people
from newsletter.staff.audit import record
from newsletter.staff.roles import Act

by_option = click.option(
    "--by", metavar="EMAIL", help="Who does it, for the audit log."
)


@click.command()
@click.argument("keep", metavar="SLUG")
@click.argument("double", metavar="DOUBLE")
@by_option
@click.pass_obj
def merge(door: Door, keep: str, double: str, by: str | None) -> None:
    """Make one piece of two: SLUG stays, DOUBLE becomes part of it.

    Links, uses and feeds go over, the double's text stays in the history, and its slug
    leads to the piece that stays.
    """
    with door.writing() as session:
        name = who_edits(session, by)
        old = find_item(session, double).slug
        kept = merge_pieces(session, keep=keep, double=double, by=name, now=door.now)
        audit(door, session, name, kept.slug, f"merged with {old}")
        click.echo(kept.slug)


@click.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def versions(door: Door, slug: str, as_json: bool) -> None:
    """Show every version of a piece, the newest first: when, by whom, what changed."""
    with door.reading() as session:
        changes = history(session, find_item(session, slug))
        if as_json:
            say_json([_version(change) for change in changes])
            return
        for change in changes:
            one = change.version
            what = " ".join(word for word in (one.kind, one.note) if word)
            fields = ", ".join(change.changed)
            click.echo(
                f"{one.version}\t{one.at:%Y-%m-%d %H:%M}\t{one.by}\t{what}\t{fields}"
            )


@click.command()
@click.argument("slug")
@click.argument("version", type=int)
@by_option
@click.pass_obj
def restore(door: Door, slug: str, version: int, by: str | None) -> None:
    """Let a piece say again what it said in a VERSION."""
    with door.writing() as session:
        name = who_edits(session, by)
        item = find_item(session, slug)
        restore_version(session, door.settings, item, version, by=name, now=door.now)
        audit(door, session, name, item.slug, f"restored version {version}")


def who_edits(session: Session, by: str | None) -> str:
    """The name for history and audit log; raise what ``people`` raises."""
    name = people.who_acts(session, by)
    people.allow(session, name, Act.EDIT_LIBRARY)
    return name


def audit(door: Door, session: Session, by: str, slug: str, note: str) -> None:
    record(
        session,
        by=by,
        act=Act.EDIT_LIBRARY,
        subject=f"piece {slug}",
        note=note,
        now=door.now,
    )


def _version(change: Change) -> dict[str, object]:
    one = change.version
    return {
        "version": one.version,
        "at": one.at,
        "by": one.by,
        "kind": one.kind,
        "note": one.note,
        "changed": list(change.changed),
        "content": one.content,
    }
