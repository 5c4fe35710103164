"""Steps back and forward, and any earlier version put back. The same refusals as
``compose``; what no longer exists (a story, a role) is named and nothing is done."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.issues import compose
from newsletter.issues.errors import NothingToUndo
from newsletter.issues.history import (
    Change,
    Done,
    Edit,
    find_version,
    history,
    line_of,
    place_in,
)
from newsletter.issues.models import Issue, IssueVersion
from newsletter.settings import Settings


@dataclass(frozen=True)
class Steps:
    """What a step back would take away, and what a step forward would bring again."""

    undoes: IssueVersion | None
    redoes: IssueVersion | None
    back_to: IssueVersion | None


def steps(session: Session, issue: Issue) -> Steps:
    versions = history(session, issue)
    line = line_of(versions)
    place = place_in(line, versions[0]) if versions else None
    if place is None:
        return Steps(None, None, None)
    older = line[place + 1] if place + 1 < len(line) else None
    return Steps(
        undoes=line[place] if older else None,
        redoes=line[place - 1] if place else None,
        back_to=older,
    )


def undo(
    session: Session,
    settings: Settings,
    issue: Issue,
    *,
    edit: Edit,
) -> IssueVersion:
    """Take back the last change, whoever made it, and return it."""
    found = steps(session, issue)
    if found.undoes is None or found.back_to is None:
        raise NothingToUndo(issue.number, "undone")
    _put_back(session, settings, issue, found.back_to, Change.UNDONE, edit)
    return found.undoes


def redo(
    session: Session,
    settings: Settings,
    issue: Issue,
    *,
    edit: Edit,
) -> IssueVersion:
    """Do again what was undone last, and return it."""
    found = steps(session, issue).redoes
    if found is None:
        raise NothingToUndo(issue.number, "redone")
    _put_back(session, settings, issue, found, Change.REDONE, edit)
    return found


def restore(
    session: Session,
    settings: Settings,
    issue: Issue,
    which: int,
    *,
    edit: Edit,
) -> None:
    """Put an earlier version back, as a change that can be undone itself.

    Raises UnknownVersion.
    """
    found = find_version(session, issue, which)
    _put_back(session, settings, issue, found, Change.RESTORED, edit)


def _put_back(
    session: Session,
    settings: Settings,
    issue: Issue,
    found: IssueVersion,
    change: Change,
    edit: Edit,
) -> None:
    compose.guard(issue, edit)
    issue.subject = found.subject
    issue.preheader = found.preheader
    issue.language = found.language
    is_step = change is not Change.RESTORED
    done = Done(
        change,
        str(found.version),
        edit=edit,
        stands_for=found.version if is_step else None,
    )
    compose.write(
        session,
        settings,
        issue,
        blocks=found.blocks,
        editions=found.editions,
        done=done,
    )
