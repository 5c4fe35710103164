"""What an editor does to an issue, one function a button.

Each takes the ``version`` the editor looked at (None: whatever it is now) and raises
ChangedMeanwhile when it is no longer the newest, IssueFrozen once a mailing exists, and
a sentence of BadBlock or BadEdition when the outcome would not be a whole issue.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from newsletter.issues.blocks import Resolving, make_id, read_block
from newsletter.issues.composition import Composition
from newsletter.issues.errors import (
    BadIssue,
    ChangedMeanwhile,
    IssueFrozen,
    UnknownBlock,
    UnknownIssue,
)
from newsletter.issues.headings import (
    LARGEST_NUMBER,
    MOST_PREHEADER,
    MOST_SUBJECT,
    check_number,
    read_language,
    read_line,
)
from newsletter.issues.models import Issue
from newsletter.settings import Settings
from subscribers.lists import find_list
from subscribers.models import MailingList

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


def create_issue(
    session: Session,
    *,
    list_slug: str,
    subject: str = "",
    preheader: str = "",
    number: int | None = None,
    language: str | None = None,
    now: datetime,
) -> Issue:
    """An empty draft; its number follows the highest there is."""
    mailing_list = find_list(session, list_slug)
    if number is None:
        number = (session.scalar(select(func.max(Issue.number))) or 0) + 1
    check_number(number)
    if session.scalar(select(Issue.id).where(Issue.number == number)) is not None:
        raise BadIssue(f"There is an issue {number} already. Choose another number.")
    issue = blank_issue(mailing_list, number, now)
    issue.subject = read_line("subject", subject, most=MOST_SUBJECT)
    issue.preheader = read_line("preheader", preheader, most=MOST_PREHEADER)
    issue.language = read_language(language or mailing_list.language)
    session.add(issue)
    session.flush()
    return issue


def blank_issue(mailing_list: MailingList, number: int, now: datetime) -> Issue:
    return Issue(
        number=number,
        mailing_list=mailing_list,
        subject="",
        preheader="",
        language=mailing_list.language,
        blocks=[],
        editions=[],
        created_at=now,
        updated_at=now,
    )


def copy_issue(session: Session, issue: Issue, *, now: datetime) -> Issue:
    """A draft with the next number and the same content."""
    copy = create_issue(
        session,
        list_slug=issue.mailing_list.slug,
        subject=issue.subject,
        preheader=issue.preheader,
        language=issue.language,
        now=now,
    )
    copy.blocks = issue.blocks
    copy.editions = issue.editions
    session.flush()
    return copy


def set_headings(
    session: Session,
    issue: Issue,
    *,
    subject: str,
    preheader: str,
    version: int | None = None,
    now: datetime,
) -> None:
    """Subject and preheader."""
    _guard(issue, version)
    issue.subject = read_line("subject", subject, most=MOST_SUBJECT)
    issue.preheader = read_line("preheader", preheader, most=MOST_PREHEADER)
    _save(session, issue, now)


def add_block(
    session: Session,
    settings: Settings,
    issue: Issue,
    document: Mapping[str, Any],
    *,
    after: str | None = None,
    first: bool = False,
    version: int | None = None,
    now: datetime,
) -> str:
    """Add a block after another (default: at the end) and return its id."""
    _guard(issue, version)
    taken = {block.id for block in Composition.of(issue).every_block()}
    block = read_block(
        dict(document), block_id=make_id(str(document.get("kind")), taken)
    )
    blocks = [*issue.blocks]
    place = 0 if first else len(blocks)
    if after is not None:
        place = _place_of(issue, after) + 1
    blocks.insert(place, block.to_dict())
    write(session, settings, issue, blocks=blocks, now=now)
    return block.id


def move_block(
    session: Session,
    settings: Settings,
    issue: Issue,
    block_id: str,
    *,
    to: str | int,
    version: int | None = None,
    now: datetime,
) -> None:
    """``to`` is "up", "down" or a place from 0; beyond an end it stays at the end."""
    _guard(issue, version)
    place = _place_of(issue, block_id)
    blocks = [*issue.blocks]
    document = blocks.pop(place)
    steps = {"up": place - 1, "down": place + 1}
    target = steps[to] if isinstance(to, str) else to
    blocks.insert(max(0, min(target, len(blocks))), document)
    write(session, settings, issue, blocks=blocks, now=now)


def change_block(
    session: Session,
    settings: Settings,
    issue: Issue,
    block_id: str,
    document: Mapping[str, Any],
    *,
    version: int | None = None,
    now: datetime,
) -> None:
    """Replace a block's fields (rule included); its kind and id stay."""
    _guard(issue, version)
    place = _place_of(issue, block_id)
    blocks = [*issue.blocks]
    fixed = {"kind": blocks[place]["kind"], "id": block_id}
    block = read_block({**document, **fixed}, block_id=block_id)
    blocks[place] = block.to_dict()
    write(session, settings, issue, blocks=blocks, now=now)


def remove_block(
    session: Session,
    settings: Settings,
    issue: Issue,
    block_id: str,
    *,
    version: int | None = None,
    now: datetime,
) -> None:
    """Take a block out; an edition's block that stood after it moves up one."""
    _guard(issue, version)
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
    write(session, settings, issue, blocks=blocks, editions=editions, now=now)


def set_edition(
    session: Session,
    settings: Settings,
    issue: Issue,
    document: Mapping[str, Any],
    *,
    version: int | None = None,
    now: datetime,
) -> None:
    """Add an edition at the end, or replace the one of the same partner or region."""
    _guard(issue, version)
    editions = [*issue.editions]
    key = _edition_key(document)
    for place, edition in enumerate(editions):
        if _edition_key(edition) == key:
            editions[place] = dict(document)
            break
    else:
        editions.append(dict(document))
    write(session, settings, issue, editions=editions, now=now)


def remove_edition(
    session: Session,
    settings: Settings,
    issue: Issue,
    key: str,
    *,
    version: int | None = None,
    now: datetime,
) -> None:
    """Its readers get the next edition they are eligible for, or the base."""
    _guard(issue, version)
    Composition.of(issue).edition(key)
    editions = [edition for edition in issue.editions if _edition_key(edition) != key]
    write(session, settings, issue, editions=editions, now=now)


def write(
    session: Session,
    settings: Settings,
    issue: Issue,
    *,
    blocks: Documents | None = None,
    editions: Documents | None = None,
    now: datetime,
) -> None:
    """Check blocks and editions together and save them in their one form."""
    _guard(issue, None)
    composition = Composition.read(
        issue.blocks if blocks is None else blocks,
        issue.editions if editions is None else editions,
    )
    composition.check_references(
        Resolving.of(session, settings, language=issue.language)
    )
    issue.blocks = [block.to_dict() for block in composition.base]
    issue.editions = [edition.to_dict() for edition in composition.editions]
    _save(session, issue, now)


def _guard(issue: Issue, version: int | None) -> None:
    if issue.frozen_at is not None:
        raise IssueFrozen(issue.number)
    if version is not None and version != issue.version:
        raise ChangedMeanwhile(issue.number)


def _save(session: Session, issue: Issue, now: datetime) -> None:
    number = issue.number
    issue.updated_at = now
    try:
        session.flush()
    except StaleDataError as error:
        # Somebody saved between our reading and our writing.
        raise ChangedMeanwhile(number) from error


def _place_of(issue: Issue, block_id: str) -> int:
    ids = [document["id"] for document in issue.blocks]
    if block_id not in ids:
        raise UnknownBlock(issue.number, block_id, ids)
    return ids.index(block_id)


def _edition_key(document: Mapping[str, Any]) -> object:
    return document.get("partner") or document.get("region")
