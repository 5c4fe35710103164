"""Who did it: one line in the audit log, and whose edit of an issue it is."""

from newsletter.issues.history import Edit
from newsletter.issues.models import Issue
from newsletter.staff import audit
from newsletter.staff.roles import Act
from web.auth import me
from web.editors import autosave
from web.session import now, session


def note(act: Act, subject: str, what: str = "") -> None:
    audit.record(
        session(), by=me().email, act=act, subject=subject, note=what, now=now()
    )


def note_issue(issue: Issue, what: str) -> None:
    note(Act.COMPOSE, f"issue {issue.number}", what)


def my_edit(*, on: int | None = None) -> Edit:
    """What this request does to an issue; ``on`` the version its page showed."""
    return Edit(now(), me().email, version=on, autosaved=autosave.is_asked())
