"""A new draft: empty, the same as another, or of the same build without its stories."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.issues.errors import BadIssue
from newsletter.issues.headings import (
    MOST_PREHEADER,
    MOST_SUBJECT,
    check_number,
    read_language,
    read_line,
)
from newsletter.issues.history import Change, Done, Edit, record
from newsletter.issues.models import Issue, IssueTemplate
from newsletter.issues.skeleton import skeleton_of
from newsletter.staff.people import OPERATOR
from subscribers.lists import find_list
from subscribers.models import MailingList


def create_issue(
    session: Session,
    *,
    list_slug: str,
    subject: str = "",
    preheader: str = "",
    number: int | None = None,
    language: str | None = None,
    by: str = OPERATOR,
    now: datetime,
) -> Issue:
    """An empty draft; its number follows the highest there is."""
    issue = _draft(session, find_list(session, list_slug), number, now)
    issue.subject = read_line("subject", subject, most=MOST_SUBJECT)
    issue.preheader = read_line("preheader", preheader, most=MOST_PREHEADER)
    issue.language = read_language(language or issue.mailing_list.language)
    return _begun(session, issue, Done(Change.CREATED, edit=Edit(now, by)))


def copy_issue(
    session: Session, issue: Issue, *, by: str = OPERATOR, now: datetime
) -> Issue:
    """A draft with the next number and the same content."""
    copy = _draft(session, issue.mailing_list, None, now)
    copy.subject, copy.preheader = issue.subject, issue.preheader
    copy.language = issue.language
    copy.blocks, copy.editions = issue.blocks, issue.editions
    return _begun(
        session, copy, Done(Change.COPIED, str(issue.number), edit=Edit(now, by))
    )


def make_like(
    session: Session,
    issue: Issue,
    *,
    number: int | None = None,
    by: str = OPERATOR,
    now: datetime,
) -> Issue:
    """The next issue with this one as a template: its sections, fixed blocks and
    editions; no stories, and forewords and subject still to be written."""
    made = _draft(session, issue.mailing_list, number, now)
    made.language = issue.language
    made.blocks, made.editions = skeleton_of(issue)
    return _begun(
        session, made, Done(Change.MADE_LIKE, str(issue.number), edit=Edit(now, by))
    )


def make_from(
    session: Session,
    template: IssueTemplate,
    *,
    number: int | None = None,
    by: str = OPERATOR,
    now: datetime,
) -> Issue:
    """An issue of a template that was kept."""
    made = _draft(session, template.mailing_list, number, now)
    made.language = template.language
    made.blocks, made.editions = template.blocks, template.editions
    return _begun(
        session, made, Done(Change.MADE_LIKE, template.name, edit=Edit(now, by))
    )


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


def _draft(
    session: Session, mailing_list: MailingList, number: int | None, now: datetime
) -> Issue:
    if number is None:
        number = (session.scalar(select(func.max(Issue.number))) or 0) + 1
    check_number(number)
    if session.scalar(select(Issue.id).where(Issue.number == number)) is not None:
        raise BadIssue(f"There is an issue {number} already. Choose another number.")
    return blank_issue(mailing_list, number, now)


def _begun(session: Session, issue: Issue, done: Done) -> Issue:
    session.add(issue)
    session.flush()
    record(session, issue, done)
    return issue
