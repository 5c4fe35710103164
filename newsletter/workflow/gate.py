"""The gate before a start: closed while preflight blocks, or approvals are missing."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.fetching import Fetch
from newsletter.issues.models import Issue
from newsletter.preflight import Findings, check_issue
from newsletter.settings import Settings
from newsletter.workflow.approval import require_approved
from newsletter.workflow.errors import Blocked

__all__ = ["Blocked", "gate"]


def gate(
    session: Session,
    settings: Settings,
    issue: Issue,
    *,
    by: str,
    now: datetime,
    fetch: Fetch | None = None,
) -> Findings:
    """Raise Blocked or NotApproved, or return what is left to warn about.

    ``by`` starts the mailing: those who must approve it are other people.

    Where the transaction must be short, call ``preflight.look_at_links`` before it is
    opened: then no link is waited for here.
    """
    findings = check_issue(session, settings, issue, now=now, fetch=fetch)
    if findings.blocking:
        raise Blocked(issue.number, findings)
    require_approved(session, settings, issue, by=by, now=now)
    return findings
