"""What an editor does to an issue, one function a button.

Each takes an ``Edit`` and raises ChangedMeanwhile when the version it was made on is no
longer the newest, IssueFrozen once a mailing exists, and a sentence of BadBlock or
BadEdition when the outcome would not be a whole issue. What was done, and by whom, is
in the issue's history; what changes nothing is not.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from newsletter.issues.blocks import Resolving, make_id, read_block
from newsletter.issues.composition import Composition
from newsletter.issues.errors import (
    ChangedMeanwhile,
    IssueFrozen,
    UnknownBlock,
    UnknownIssue,
)
from newsletter.issues.headings import (
    LARGEST_NUMBER,
    MOST_PREHEADER,
    MOST_SUBJECT,
    read_line,
)
from newsletter.issues.history import Change, Done, Edit, record
from newsletter.issues.models import Issue
from newsletter.settings import Settings

Documents = list[dict[str, Any]]


def find_issue(session: Session, number: int) -> Issue:
    """Raises UnknownIssue naming those there are."""
    if 0 < number <= LARGEST_NUMBER:
        issue = session.scalar(select(Issue).where(Issue.number == number))
        if issue is not None:
            return issue
    raise UnknownIssue(number, (known.number for known in all_issues(session)))


def all_issues(session: Session) -> list[Issue]:
    """The newest number first."""
    return list(session.scalars(select(Issue).order_by(Issue.number.desc())))


def set_headings(
    session: Session,
    issue: Issue,
    *,
    subject: str,
    preheader: str,
    edit: Edit,
) -> None:
    """Subject and preheader."""
    guard(issue, edit)
    issue.subject = read_line("subject", subject, most=MOST_SUBJECT)
    issue.preheader = read_line("preheader", preheader, most=MOST_PREHEADER)
    done = Done(Change.HEADINGS, edit=edit)
    _save(session, issue, done)


def add_block(
    session: Session,
    settings: Settings,
    issue: Issue,
    document: Mapping[str, Any],
    *,
    after: str | None = None,
    first: bool = False,
    edit: Edit,
) -> str:
    """Add a block after another (default: at the end) and return its id."""
    guard(issue, edit)
    taken = {block.id for block in Composition.of(issue).all_blocks()}
    block = read_block(
        dict(document), block_id=make_id(str(document.get("kind")), taken)
    )
    blocks = [*issue.blocks]
    place = 0 if first else len(blocks)
    if after is not None:
        place = _place_of(issue, after) + 1
    blocks.insert(place, block.to_dict())
    done = Done(Change.ADDED, block.id, edit=edit)
    write(session, settings, issue, blocks=blocks, done=done)
    return block.id


def move_block(
    session: Session,
    settings: Settings,
    issue: Issue,
    block_id: str,
    *,
    to: str | int,
    edit: Edit,
) -> None:
    """``to`` is "up", "down" or a place from 0; beyond an end it stays at the end."""
    guard(issue, edit)
    place = _place_of(issue, block_id)
    blocks = [*issue.blocks]
    document = blocks.pop(place)
    steps = {"up": place - 1, "down": place + 1}
    target = steps[to] if isinstance(to, str) else to
    blocks.insert(max(0, min(target, len(blocks))), document)
    done = Done(Change.MOVED, block_id, edit=edit)
    write(session, settings, issue, blocks=blocks, done=done)


def change_block(
    session: Session,
    settings: Settings,
    issue: Issue,
    block_id: str,
    document: Mapping[str, Any],
    *,
    edit: Edit,
) -> None:
    """Replace a block's fields (rule included); its kind and id stay, and whether it
    is hidden when the document does not say."""
    guard(issue, edit)
    place = _place_of(issue, block_id)
    blocks = [*issue.blocks]
    blocks[place] = laid_over(blocks[place], document)
    done = Done(Change.CHANGED, block_id, edit=edit)
    write(session, settings, issue, blocks=blocks, done=done)


def laid_over(before: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """A block's document with other fields. Raises BadBlock."""
    fixed = {"kind": before["kind"], "id": before["id"]}
    hidden = {"hidden": before.get("hidden", False)}
    return read_block({**hidden, **document, **fixed}, block_id=before["id"]).to_dict()


def hide_block(
    session: Session,
    settings: Settings,
    issue: Issue,
    block_id: str,
    *,
    hidden: bool = True,
    edit: Edit,
) -> None:
    """Keep a block and show it to nobody; with ``hidden`` false the other way round."""
    guard(issue, edit)
    place = _place_of(issue, block_id)
    blocks = [*issue.blocks]
    block = read_block({**blocks[place], "hidden": hidden}, block_id=block_id)
    blocks[place] = block.to_dict()
    done = Done(Change.HIDDEN if hidden else Change.SHOWN, block_id, edit=edit)
    write(session, settings, issue, blocks=blocks, done=done)


def copy_block(
    session: Session,
    settings: Settings,
    issue: Issue,
    block_id: str,
    *,
    edit: Edit,
) -> str:
    """Put the same block after it, under an id of its own; returns that."""
    document = {**issue.blocks[_place_of(issue, block_id)]}
    del document["id"]
    return add_block(session, settings, issue, document, after=block_id, edit=edit)


def remove_block(
    session: Session,
    settings: Settings,
    issue: Issue,
    block_id: str,
    *,
    edit: Edit,
) -> None:
    """Take a block out; an edition's block that stood after it moves up one."""
    guard(issue, edit)
    place = _place_of(issue, block_id)
    before = issue.blocks[place - 1]["id"] if place else None
    editions = [
        {
            **edition,
            "blocks": [
                {**extra, "after": before} if extra.get("after") == block_id else extra
                for extra in edition.get("blocks", [])
            ],
        }
        for edition in issue.editions
    ]
    blocks = [*issue.blocks]
    del blocks[place]
    done = Done(Change.REMOVED, block_id, edit=edit)
    write(session, settings, issue, blocks=blocks, editions=editions, done=done)


def set_edition(
    session: Session,
    settings: Settings,
    issue: Issue,
    document: Mapping[str, Any],
    *,
    edit: Edit,
) -> None:
    """Add an edition at the end, or replace the one of the same partner or region."""
    done = Done(Change.EDITION, str(_edition_key(document)), edit=edit)
    put_edition(session, settings, issue, document, done=done)


def put_edition(
    session: Session,
    settings: Settings,
    issue: Issue,
    document: Mapping[str, Any],
    *,
    done: Done,
) -> None:
    """The same, of which ``done`` is what it was for the person."""
    guard(issue, done.edit)
    editions = [*issue.editions]
    key = _edition_key(document)
    for place, edition in enumerate(editions):
        if _edition_key(edition) == key:
            editions[place] = dict(document)
            break
    else:
        editions.append(dict(document))
    write(session, settings, issue, editions=editions, done=done)


def remove_edition(
    session: Session,
    settings: Settings,
    issue: Issue,
    key: str,
    *,
    edit: Edit,
) -> None:
    """Its readers get the next edition they are eligible for, or the base."""
    guard(issue, edit)
    Composition.of(issue).edition(key)
    editions = [edition for edition in issue.editions if _edition_key(edition) != key]
    done = Done(Change.EDITION_REMOVED, key, edit=edit)
    write(session, settings, issue, editions=editions, done=done)


def write(
    session: Session,
    settings: Settings,
    issue: Issue,
    *,
    blocks: Documents | None = None,
    editions: Documents | None = None,
    done: Done,
) -> None:
    """Check blocks and editions together and save them in their one form."""
    guard(issue, done.edit)
    composition = Composition.read(
        issue.blocks if blocks is None else blocks,
        issue.editions if editions is None else editions,
    )
    composition.check_references(
        Resolving.of(session, settings, language=issue.language),
        known=Composition.of(issue),
    )
    issue.blocks = [block.to_dict() for block in composition.base]
    issue.editions = [edition.to_dict() for edition in composition.editions]
    _save(session, issue, done)


def guard(issue: Issue, edit: Edit) -> None:
    """Raise IssueFrozen, or ChangedMeanwhile when its version is not the newest."""
    if issue.frozen_at is not None:
        raise IssueFrozen(issue.number)
    if edit.version is not None and edit.version != issue.version:
        raise ChangedMeanwhile(issue.number)


def _save(session: Session, issue: Issue, done: Done) -> None:
    is_new = issue not in session or issue in session.new
    if not is_new and done.stands_for is None and not session.is_modified(issue):
        return  # nothing to save, nothing to undo
    number = issue.number
    issue.updated_at = done.edit.now
    session.add(issue)
    flag_modified(issue, "updated_at")  # twice in one moment is two versions, too
    try:
        session.flush()
    except StaleDataError as error:
        # Somebody saved between our reading and our writing.
        raise ChangedMeanwhile(number) from error
    record(session, issue, done)


def _place_of(issue: Issue, block_id: str) -> int:
    ids = [document["id"] for document in issue.blocks]
    if block_id not in ids:
        raise UnknownBlock(issue.number, block_id, ids)
    return ids.index(block_id)


def _edition_key(document: Mapping[str, Any]) -> object:
    return document.get("partner") or document.get("region")
