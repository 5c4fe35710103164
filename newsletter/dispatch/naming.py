"""What a mailing is of, and what people call it: an issue, a correction, a bundle."""

from typing import TypeAlias

from sqlalchemy.orm import Session, object_session

from newsletter.dispatch.bundles.known import find_bundle
from newsletter.dispatch.bundles.models import Bundle
from newsletter.dispatch.corrections.known import find_correction
from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingKind
from newsletter.issues.compose import find_issue
from newsletter.issues.models import Issue

Mailed: TypeAlias = Issue | Correction | Bundle


def find_mailed(
    session: Session, number: int | str, correction: int | None = None
) -> Mailed:
    """An issue by its number, one of its corrections, or a bundle by its month.

    Raises UnknownIssue, NoCorrection or NoBundle.
    """
    if isinstance(number, str):
        return find_bundle(session, number)
    issue = find_issue(session, number)
    return issue if correction is None else find_correction(session, issue, correction)


def number_of(mailing: Mailing) -> int | str:
    """What stands in addresses and receipts: 42, or "2026-11" for a bundle."""
    if mailing.kind is not MailingKind.BUNDLE:
        return mailing.issue.number
    session = object_session(mailing)
    assert session is not None  # whoever has a mailing has it from one
    return session.get_one(Bundle, mailing.id).number


def subject_of(mailing: Mailing) -> str:
    """In the audit log: "issue 42", "bundle 2026-11"."""
    what = "bundle" if mailing.kind is MailingKind.BUNDLE else "issue"
    return f"{what} {number_of(mailing)}"


def name_of(mailing: Mailing) -> str:
    """In a sentence: "mailing of issue 42", "bundle 2026-11"."""
    if mailing.kind is MailingKind.BUNDLE:
        return subject_of(mailing)
    what = "mailing" if mailing.kind is MailingKind.ISSUE else "correction"
    return f"{what} of {subject_of(mailing)}"
