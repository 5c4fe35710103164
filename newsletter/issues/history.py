"""What an issue said before: every version of it, who made it, when and by what.

``compose`` and ``files`` write a line here in the transaction of the change itself;
``restoring`` puts one back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.issues.errors import UnknownVersion
from newsletter.issues.models import Issue, IssueVersion
from newsletter.staff.people import OPERATOR

MOST_KEPT = 500  # of one issue; the oldest go first
# What was saved by itself while somebody typed is one change, until they stop.
ONE_SITTING = timedelta(minutes=10)


class Change(StrEnum):
    """What was done; ``about`` in the version says to what."""

    CREATED = "created"
    IMPORTED = "imported"  # from a file
    COPIED = "copied"  # about: the number it came from
    MADE_LIKE = "made-like"  # about: the number or the template's name
    HEADINGS = "headings"  # subject and preheader
    ADDED = "added"  # about, as in all of these: the block's id
    MOVED = "moved"
    CHANGED = "changed"
    HIDDEN = "hidden"
    SHOWN = "shown"
    REMOVED = "removed"
    EDITION = "edition"  # about: its key
    EDITION_REMOVED = "edition-removed"
    RESTORED = "restored"  # about: the version that was put back
    UNDONE = "undone"
    REDONE = "redone"


_STEPS = frozenset({Change.UNDONE, Change.REDONE})


@dataclass(frozen=True)
class Edit:
    """Who changes an issue, when, and what they looked at."""

    now: datetime
    by: str = OPERATOR
    version: int | None = None  # of the issue as they saw it; None: whatever it is now
    autosaved: bool = False  # while they type


@dataclass(frozen=True)
class Done:
    """One thing somebody did."""

    change: Change
    about: str = ""
    edit: Edit = field(kw_only=True)
    stands_for: int | None = None  # an older version that is there again


def record(session: Session, issue: Issue, done: Done) -> None:
    """Write down what the issue says now, and what made it so."""
    last = newest(session, issue)
    change = done.change
    if last is not None and _goes_on(last, done):
        change = Change(last.change)
        session.delete(last)
    session.add(
        IssueVersion(
            issue_id=issue.id,
            version=issue.version,
            subject=issue.subject,
            preheader=issue.preheader,
            language=issue.language,
            blocks=issue.blocks,
            editions=issue.editions,
            change=change,
            about=done.about,
            by=done.edit.by,
            stands_for=done.stands_for,
            autosaved=done.edit.autosaved,
            changed_at=done.edit.now,
        )
    )
    session.flush()
    _let_go(session, issue)


def _goes_on(last: IssueVersion, done: Done) -> bool:
    """Whether the last line was saved on the way to this one."""
    edit = done.edit
    # A block that saved itself while it was being written is changed, and still added.
    is_written = (last.change, done.change) == (Change.ADDED, Change.CHANGED)
    same = is_written or last.change == done.change
    same = same and (last.about, last.by) == (done.about, edit.by)
    return last.autosaved and same and edit.now - last.changed_at < ONE_SITTING


def _let_go(session: Session, issue: Issue) -> None:
    oldest = session.scalar(
        select(IssueVersion.version)
        .where(IssueVersion.issue_id == issue.id)
        .order_by(IssueVersion.version.desc())
        .offset(MOST_KEPT)
        .limit(1)
    )
    if oldest is not None:
        session.execute(
            delete(IssueVersion).where(
                IssueVersion.issue_id == issue.id, IssueVersion.version <= oldest
            )
        )


def history(session: Session, issue: Issue) -> Sequence[IssueVersion]:
    """Everything that is kept, the newest first."""
    return session.scalars(
        select(IssueVersion)
        .where(IssueVersion.issue_id == issue.id)
        .order_by(IssueVersion.version.desc())
    ).all()


def newest(session: Session, issue: Issue) -> IssueVersion | None:
    return session.scalar(
        select(IssueVersion)
        .where(IssueVersion.issue_id == issue.id)
        .order_by(IssueVersion.version.desc())
        .limit(1)
    )


def last_changer(
    session: Session, issue: Issue, part: Callable[[IssueVersion], object]
) -> str:
    """Who made ``part`` of the issue what it is now; of what never changed as far back
    as is kept, who made the oldest version."""
    versions = history(session, issue)
    for one, before in pairwise(versions):
        if part(one) != part(before):
            return one.by
    return versions[-1].by if versions else OPERATOR


def find_version(session: Session, issue: Issue, version: int) -> IssueVersion:
    """Raises UnknownVersion."""
    found = None
    if 0 < version < 2**31:
        found = session.get(IssueVersion, (issue.id, version))
    if found is None:
        raise UnknownVersion(issue.number, version)
    return found


def line_of(versions: Sequence[IssueVersion]) -> list[IssueVersion]:
    """The changes that led to what there is at most, the newest first.

    Steps back and forward are no changes of their own: after *b*, undone to *a* and
    then changed to *c*, the line is c, a.
    """
    by_version = {one.version: one for one in versions}
    top = next((one for one in versions if one.change not in _STEPS), None)
    line: list[IssueVersion] = []
    while top is not None:
        line.append(top)
        before = next((one for one in versions if one.version < top.version), None)
        if before is not None and before.stands_for is not None:
            before = by_version.get(before.stands_for)
        top = before
    return line


def place_in(line: Sequence[IssueVersion], last: IssueVersion) -> int | None:
    """Where on the line the issue stands; None when that version was let go."""
    at = last.stands_for or last.version
    return next((place for place, one in enumerate(line) if one.version == at), None)
