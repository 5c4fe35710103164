"""Approving an issue: a person's yes, bound to what would be mailed.

It counts as long as nothing of that was changed (``content``, ``changes``), and not for
the one who starts the mailing: those who must approve are *other* people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.issues.compose import find_issue
from newsletter.issues.errors import IssueFrozen
from newsletter.issues.models import Issue
from newsletter.preflight import check_issue, look_at_links
from newsletter.settings import Settings
from newsletter.staff import audit
from newsletter.staff.roles import Act
from newsletter.workflow.changes import Change, changes
from newsletter.workflow.content import Content, Made, content_of
from newsletter.workflow.drift import Drift, drift_since
from newsletter.workflow.errors import (
    Blocked,
    NotApproved,
    NotAsSeen,
    NothingToWithdraw,
)
from newsletter.workflow.links import still_open
from newsletter.workflow.models import Approval, ApprovalLink


@dataclass(frozen=True)
class Given:
    """An approval, and what was changed since."""

    approval: Approval
    changes: tuple[Change, ...]

    @property
    def by(self) -> str:
        return self.approval.by

    @property
    def stands(self) -> bool:
        return not self.changes


@dataclass(frozen=True)
class Standing:
    """Who approved an issue, and whether that is enough."""

    needed: int
    given: tuple[Given, ...]  # the latest of each person, the oldest first
    made: Made

    def counting(self, starter: str | None) -> list[Given]:
        """Those that count when ``starter`` starts it; None: whoever that will be."""
        return [one for one in self.given if one.stands and one.by != starter]

    @property
    def lapsed(self) -> list[Given]:
        """Those that count no more for anybody: something was changed."""
        return [one for one in self.given if not one.stands]

    def missing(self, starter: str | None) -> int:
        return max(0, self.needed - len(self.counting(starter)))

    @property
    def drift(self) -> Drift | None:
        """Since the latest approval that stands; None when none does."""
        standing = [one.approval for one in self.given if one.stands]
        return drift_since(standing[-1], self.made) if standing else None


def standing_of(
    session: Session, settings: Settings, issue: Issue, *, now: datetime
) -> Standing:
    """Renders every variant. Raises the sentence of what cannot be rendered."""
    made = content_of(session, settings, issue, now=now)
    return Standing(
        needed=settings.approvals,
        given=tuple(
            Given(one, changes(Content.from_document(one.content), made.content))
            for one in latest_approvals(session, issue)
        ),
        made=made,
    )


def require_approved(
    session: Session, settings: Settings, issue: Issue, *, by: str, now: datetime
) -> None:
    """Raise NotApproved when fewer people than the setting asks for did."""
    if not settings.approvals:
        return
    standing = standing_of(session, settings, issue, now=now)
    if not standing.missing(by):
        return
    raise NotApproved(
        issue.number,
        needed=standing.needed,
        counted=[one.by for one in standing.counting(by)],
        void=list(_void(standing.given, by, language=issue.language)),
    )


def _void(given: Iterable[Given], starter: str, *, language: str) -> Iterable[str]:
    nl = language == "nl"
    for one in given:
        if not one.stands:
            said = " ".join(change.say(language) for change in one.changes)
            words = (
                "Het akkoord van {} telt niet meer: {}"
                if nl
                else ("The approval of {} counts no more: {}")
            )
            yield words.format(one.by, said)
        elif one.by == starter:
            words = (
                "Het akkoord van {} telt niet: een ander moet kijken."
                if nl
                else ("The approval of {} does not count: somebody else must look.")
            )
            yield words.format(one.by)


def look_and_approve(
    database: Database,
    settings: Settings,
    number: int,
    *,
    by: str,
    link_id: int | None = None,
    seen: str | None = None,
    now: datetime,
) -> Approval:
    """Say yes to what would be mailed now; repeating it changes nothing.

    ``seen`` is the hash of what was looked at. Raises NotAsSeen when that was changed,
    Blocked while preflight blocks, IssueFrozen once it is being sent, LinkEnded when
    the link was taken back meanwhile. Commits what the issue's own links answered, then
    the approval; everything is rendered with nothing locked.
    """
    look_at_links(database, settings, number, now=now)
    with database.read() as session:
        issue = find_issue(session, number)
        _require_draft(issue)
        made = content_of(session, settings, issue, now=now)
        if seen is not None and seen != made.content.sha256:
            raise NotAsSeen(number)
        findings = check_issue(session, settings, issue, now=now)
        if findings.blocking:
            raise Blocked(number, findings)
    with database.write.begin() as session:
        session.expire_on_commit = False
        issue = find_issue(session, number)
        _require_draft(issue)
        link = still_open(session, link_id, now=now) if link_id else None
        return approve(session, issue, made, by=by, link=link, now=now)


def _require_draft(issue: Issue) -> None:
    if issue.frozen_at is not None:
        raise IssueFrozen(issue.number)


def approve(
    session: Session,
    issue: Issue,
    made: Made,
    *,
    by: str,
    link: ApprovalLink | None = None,
    now: datetime,
) -> Approval:
    """Write down that ``by`` says yes to ``made``, which they looked at."""
    known = _of(session, issue, by)
    if known is not None and known.sha256 == made.content.sha256:
        return known
    approval = Approval(
        issue_id=issue.id,
        by=by,
        link_id=link.id if link else None,
        content=made.content.to_document(),
        sha256=made.content.sha256,
        readers=made.readers,
        counts={variant.key: variant.readers for variant in made.planned},
        approved_at=now,
    )
    session.add(approval)
    session.flush()
    note = f"{made.content.sha256[:12]}, {made.readers} readers"
    _say(session, issue, by, link, note, now=now)
    return approval


def withdraw(
    session: Session,
    issue: Issue,
    *,
    by: str,
    link: ApprovalLink | None = None,
    now: datetime,
) -> None:
    """Take one's approval back. Raises NothingToWithdraw."""
    known = _of(session, issue, by)
    if known is None:
        raise NothingToWithdraw(issue.number, by)
    known.withdrawn_at = now
    _say(session, issue, by, link, "withdrawn", now=now)


def _say(
    session: Session,
    issue: Issue,
    by: str,
    link: ApprovalLink | None,
    note: str,
    *,
    now: datetime,
) -> None:
    audit.record(
        session,
        # The log outlives the link: no address of who is not on the staff.
        by=f"link {link.id}" if link else by,
        act=Act.APPROVE,
        subject=f"issue {issue.number}",
        note=note,
        now=now,
    )


def _of(session: Session, issue: Issue, by: str) -> Approval | None:
    mine = (one for one in latest_approvals(session, issue) if one.by == by)
    return next(mine, None)


def latest_approvals(session: Session, issue: Issue) -> list[Approval]:
    """Of each person the last one, unless it was withdrawn."""
    rows = session.scalars(
        select(Approval).where(Approval.issue_id == issue.id).order_by(Approval.id)
    )
    latest = {one.by: one for one in rows}
    standing = [one for one in latest.values() if one.withdrawn_at is None]
    return sorted(standing, key=lambda one: one.id)
