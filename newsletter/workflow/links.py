"""Asking somebody without an account to look and approve: a secret link by mail."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.correspondence.post import queue_mail
from newsletter.issues.errors import IssueFrozen
from newsletter.issues.models import Issue
from newsletter.settings import Settings
from newsletter.staff import audit
from newsletter.staff.roles import Act
from newsletter.workflow.errors import LinkEnded, UnknownLink
from newsletter.workflow.models import ApprovalLink
from subscribers.addresses import normalise
from subscribers.promises import check_may_be_mailed
from subscribers.tokens import Purpose, Signer

VALID_DAYS = 14
KIND = "approval"  # the service mail


def invite(
    session: Session,
    settings: Settings,
    signer: Signer,
    issue: Issue,
    *,
    email: str,
    language: str,
    by: str,
    now: datetime,
) -> ApprovalLink:
    """Mail somebody a link to look at the issue; the one they had works no more.

    Raises BadAddress, NotToBeMailed, or IssueFrozen once the issue is being sent.
    """
    if issue.frozen_at is not None:
        raise IssueFrozen(issue.number)
    address = normalise(email)
    check_may_be_mailed(session, address)
    for known in _open_of(session, issue, address, now=now):
        known.revoked_at = now
    link = ApprovalLink(
        issue_id=issue.id,
        email=address,
        language=language,
        invited_by=by,
        created_at=now,
        valid_until=now + timedelta(days=VALID_DAYS),
    )
    session.add(link)
    session.flush()
    queue_mail(
        session,
        kind=KIND,
        address=address,
        language=language,
        values={
            "url": url_of(settings, signer, link),
            "number": issue.number,
            "subject": issue.subject,
            "list_name": issue.mailing_list.name,
            "asked_by": by,
            "days": VALID_DAYS,
        },
        list_slug=issue.mailing_list.slug,
        now=now,
    )
    _say(session, issue, link, "sent", by=by, now=now)
    return link


def url_of(settings: Settings, signer: Signer, link: ApprovalLink) -> str:
    token = signer.sign(Purpose.APPROVE, link.id, until=link.valid_until)
    return f"{settings.base_url}/approve/{token}"


def revoke(
    session: Session, issue: Issue, *, email: str, by: str, now: datetime
) -> None:
    """The link works no more; an approval given by it stands. Raises UnknownLink."""
    known = _open_of(session, issue, email.strip().lower(), now=now)
    if not known:
        raise UnknownLink(issue.number, email)
    for link in known:
        link.revoked_at = now
        _say(session, issue, link, "revoked", by=by, now=now)


def links_of(session: Session, issue: Issue) -> list[ApprovalLink]:
    """All of them, the oldest first."""
    return list(
        session.scalars(
            select(ApprovalLink)
            .where(ApprovalLink.issue_id == issue.id)
            .order_by(ApprovalLink.id)
        )
    )


def link_behind(
    session: Session, signer: Signer, token: str, *, now: datetime
) -> ApprovalLink | None:
    """None: altered, expired, revoked or forgotten."""
    numbers = signer.read(Purpose.APPROVE, token, now=now)
    if numbers is None or len(numbers) != 1:
        return None
    link = session.get(ApprovalLink, numbers[0])
    return link if link is not None and is_open(link, now=now) else None


def still_open(session: Session, link_id: int, *, now: datetime) -> ApprovalLink:
    """The link, for who acts by what they opened a while ago. Raises LinkEnded."""
    link = session.get(ApprovalLink, link_id)
    if link is None or not is_open(link, now=now):
        raise LinkEnded
    return link


def is_open(link: ApprovalLink, *, now: datetime) -> bool:
    return link.revoked_at is None and now < link.valid_until


def _open_of(
    session: Session, issue: Issue, email: str, *, now: datetime
) -> list[ApprovalLink]:
    return [
        link
        for link in links_of(session, issue)
        if link.email == email and is_open(link, now=now)
    ]


def _say(
    session: Session,
    issue: Issue,
    link: ApprovalLink,
    what: str,
    *,
    by: str,
    now: datetime,
) -> None:
    audit.record(
        session,
        by=by,
        act=Act.INVITE,
        subject=f"issue {issue.number}",
        # The log outlives the link, and the address goes with it.
        note=f"link {link.id} {what}",
        now=now,
    )
