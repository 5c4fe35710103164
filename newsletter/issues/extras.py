"""What an editor does to an edition's own blocks, one function a button.

They stand between the base's blocks, which an edition cannot change. The same refusals
as in ``compose``, and UnknownBlock for a block that is not the edition's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from newsletter.issues.blocks import Block, make_id, read_block
from newsletter.issues.compose import laid_over, put_edition
from newsletter.issues.composition import Composition
from newsletter.issues.editions import Edition
from newsletter.issues.errors import UnknownBlock
from newsletter.issues.history import Change, Done, Edit
from newsletter.issues.models import Issue
from newsletter.settings import Settings


def add_extra(
    session: Session,
    settings: Settings,
    issue: Issue,
    key: str,
    document: Mapping[str, Any],
    *,
    after: str | None = None,
    edit: Edit,
) -> str:
    """Add a block to an edition after another of its blocks (default: at the end)."""
    composition = Composition.of(issue)
    taken = {block.id for block in composition.all_blocks()}
    block = read_block(
        dict(document), block_id=make_id(str(document.get("kind")), taken)
    )
    blocks = composition.blocks_of(key)
    place = len(blocks)
    if after is not None:
        place = _place_of(issue, blocks, after) + 1
    blocks.insert(place, block)
    done = Done(Change.ADDED, block.id, edit=edit)
    _lay(session, settings, issue, key, blocks, done)
    return block.id


def change_extra(
    session: Session,
    settings: Settings,
    issue: Issue,
    key: str,
    block_id: str,
    document: Mapping[str, Any],
    *,
    edit: Edit,
) -> None:
    """Replace the fields of a block of the edition's own; its kind and id stay."""
    blocks, place = _own(issue, key, block_id)
    document = laid_over(blocks[place].to_dict(), document)
    blocks[place] = read_block(document, block_id=block_id)
    done = Done(Change.CHANGED, block_id, edit=edit)
    _lay(session, settings, issue, key, blocks, done)


def hide_extra(
    session: Session,
    settings: Settings,
    issue: Issue,
    key: str,
    block_id: str,
    *,
    hidden: bool = True,
    edit: Edit,
) -> None:
    """Keep a block of the edition's own and show it to nobody, or show it again."""
    blocks, place = _own(issue, key, block_id)
    blocks[place] = replace(blocks[place], hidden=hidden)
    done = Done(Change.HIDDEN if hidden else Change.SHOWN, block_id, edit=edit)
    _lay(session, settings, issue, key, blocks, done)


def copy_extra(
    session: Session,
    settings: Settings,
    issue: Issue,
    key: str,
    block_id: str,
    *,
    edit: Edit,
) -> str:
    """Put the same block after it in the edition, under an id of its own."""
    blocks, place = _own(issue, key, block_id)
    document = blocks[place].to_dict()
    del document["id"]
    return add_extra(session, settings, issue, key, document, after=block_id, edit=edit)


def move_extra(
    session: Session,
    settings: Settings,
    issue: Issue,
    key: str,
    block_id: str,
    *,
    to: str | int,
    edit: Edit,
) -> None:
    """ "up", "down" or a place from 0 among all blocks of the edition."""
    blocks, place = _own(issue, key, block_id)
    block = blocks.pop(place)
    steps = {"up": place - 1, "down": place + 1}
    target = steps[to] if isinstance(to, str) else to
    blocks.insert(max(0, min(target, len(blocks))), block)
    done = Done(Change.MOVED, block_id, edit=edit)
    _lay(session, settings, issue, key, blocks, done)


def remove_extra(
    session: Session,
    settings: Settings,
    issue: Issue,
    key: str,
    block_id: str,
    *,
    edit: Edit,
) -> None:
    blocks, place = _own(issue, key, block_id)
    del blocks[place]
    done = Done(Change.REMOVED, block_id, edit=edit)
    _lay(session, settings, issue, key, blocks, done)


def own_ids(edition: Edition) -> frozenset[str]:
    """The blocks that only this edition has."""
    return frozenset(extra.block.id for extra in edition.extras)


def _own(issue: Issue, key: str, block_id: str) -> tuple[list[Block], int]:
    composition = Composition.of(issue)
    blocks = composition.blocks_of(key)
    own = own_ids(composition.edition(key))
    if block_id not in own:
        raise UnknownBlock(issue.number, block_id, sorted(own))
    return blocks, _place_of(issue, blocks, block_id)


def _place_of(issue: Issue, blocks: Sequence[Block], block_id: str) -> int:
    ids = [block.id for block in blocks]
    if block_id not in ids:
        raise UnknownBlock(issue.number, block_id, ids)
    return ids.index(block_id)


def _lay(
    session: Session,
    settings: Settings,
    issue: Issue,
    key: str,
    blocks: Sequence[Block],
    done: Done,
) -> None:
    """Write the edition's own blocks down, each after whatever stands before it."""
    composition = Composition.of(issue)
    edition = composition.edition(key)
    base = {block.id for block in composition.base}
    documents = []
    before: str | None = None
    for block in blocks:
        if block.id not in base and block.id != edition.foreword_id:
            documents.append({"after": before, "block": block.to_dict()})
        if block.id != edition.foreword_id:
            before = block.id
    document = {**edition.to_dict(), "blocks": documents}
    put_edition(session, settings, issue, document, done=done)
