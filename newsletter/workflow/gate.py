"""The gate before a start: closed while preflight has a blocking finding."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.errors import NewsletterError
from newsletter.fetching import Fetch
from newsletter.issues.models import Issue
from newsletter.preflight import Findings, check_issue
from newsletter.settings import Settings


class Blocked(NewsletterError):
    """The start is refused; ``findings`` say what to mend."""

    def __init__(self, number: int, findings: Findings) -> None:
        self.findings = findings
        self.named = " ".join(
            f"[{one.check}] {one.message}" for one in findings.blocking
        )
        super().__init__(
            f"Issue {number} cannot start, preflight blocks it: {self.named} "
            f"`buurtpost issues check {number}` says more."
        )


def gate(
    session: Session,
    settings: Settings,
    issue: Issue,
    *,
    now: datetime,
    fetch: Fetch | None = None,
) -> Findings:
    """Raise Blocked, or return what is left to warn about.

    Where the transaction must be short, call ``preflight.look_at_links`` before it is
    opened: then no link is waited for here.
    """
    findings = check_issue(session, settings, issue, now=now, fetch=fetch)
    if findings.blocking:
        raise Blocked(issue.number, findings)
    return findings
