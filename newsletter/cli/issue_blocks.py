"""``buurtpost issues block``: what is done to one block."""

from collections.abc import Callable
from functools import partial

import click
from sqlalchemy.orm import Session

from newsletter.cli.door import Door
from newsletter.cli.issue_making import note, who_composes
from newsletter.issues import compose, extras
from newsletter.issues.composition import Composition
from newsletter.issues.history import Edit
from newsletter.issues.models import Issue

_number = click.argument("number", type=int)
_block = click.argument("block_id", metavar="BLOCK")
_by = click.option("--by", metavar="EMAIL", help="Who does it.")
Work = Callable[..., object]


@click.group()
def block() -> None:
    """Move, copy, hide or remove a block; `issues show` lists them."""


@block.command()
@_number
@_block
@click.argument("to", metavar="up|down|PLACE")
@_by
@click.pass_obj
def move(door: Door, number: int, block_id: str, to: str, by: str | None) -> None:
    """Move BLOCK one up or down, or to a place from 1."""
    if to not in {"up", "down"} and not (to.isascii() and to.isdigit()):
        raise click.UsageError(f"{to!r} is not up, down or a place such as 3.")
    target: str | int = int(to[:9]) - 1 if to.isdigit() else to
    _do(
        door,
        number,
        block_id,
        by,
        f"moved {block_id} {to}",
        partial(compose.move_block, to=target),
        partial(extras.move_extra, to=target),
    )


@block.command()
@_number
@_block
@_by
@click.pass_obj
def copy(door: Door, number: int, block_id: str, by: str | None) -> None:
    """Put the same block below BLOCK."""
    what = f"copied {block_id}"
    _do(door, number, block_id, by, what, compose.copy_block, extras.copy_extra)


@block.command()
@_number
@_block
@_by
@click.pass_obj
def hide(door: Door, number: int, block_id: str, by: str | None) -> None:
    """Keep BLOCK in the issue and show it to nobody."""
    what = f"hid {block_id}"
    _do(door, number, block_id, by, what, compose.hide_block, extras.hide_extra)


@block.command()
@_number
@_block
@_by
@click.pass_obj
def unhide(door: Door, number: int, block_id: str, by: str | None) -> None:
    """Show BLOCK again."""
    _do(
        door,
        number,
        block_id,
        by,
        f"showed {block_id}",
        partial(compose.hide_block, hidden=False),
        partial(extras.hide_extra, hidden=False),
    )


@block.command()
@_number
@_block
@_by
@click.pass_obj
def remove(door: Door, number: int, block_id: str, by: str | None) -> None:
    """Take BLOCK out; `issues undo` brings it back."""
    what = f"removed {block_id}"
    _do(door, number, block_id, by, what, compose.remove_block, extras.remove_extra)


def _do(
    door: Door,
    number: int,
    block_id: str,
    by: str | None,
    what: str,
    to_base: Work,
    to_extra: Work,
) -> None:
    with door.writing() as session:
        acting = who_composes(session, by)
        issue = compose.find_issue(session, number)
        here = (session, door.settings, issue)
        edit = Edit(door.now, acting)
        edition = _edition_with(issue, block_id)
        if edition is None:
            to_base(*here, block_id, edit=edit)
        else:
            to_extra(*here, edition, block_id, edit=edit)
        note(session, door, acting, issue, what)
        ids = _ids(session, issue)
    click.echo(f"Issue {number}: {ids}.")


def _edition_with(issue: Issue, block_id: str) -> str | None:
    """The edition a block is the own of; None: the issue's, or nobody's."""
    for edition in Composition.of(issue).editions:
        if block_id in extras.own_ids(edition):
            return edition.key
    return None


def _ids(session: Session, issue: Issue) -> str:
    session.flush()
    return ", ".join(
        f"{block.id} (hidden)" if block.hidden else block.id
        for block in Composition.of(issue).all_blocks()
    )
