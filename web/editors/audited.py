"""One line in the audit log for what the person of this request did."""

from newsletter.issues.models import Issue
from newsletter.staff import audit
from newsletter.staff.roles import Act
from web.auth import me
from web.session import now, session


def note(act: Act, subject: str, what: str = "") -> None:
    audit.record(
        session(), by=me().email, act=act, subject=subject, note=what, now=now()
    )


def note_issue(issue: Issue, what: str) -> None:
    note(Act.COMPOSE, f"issue {issue.number}", what)
