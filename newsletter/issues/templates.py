"""Templates with a name: the build of an issue, kept for those that recur.

One is made from an issue that has it, and changed by making it from another again.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues.errors import BadIssue, UnknownTemplate
from newsletter.issues.models import Issue, IssueTemplate
from newsletter.issues.skeleton import skeleton_of
from newsletter.staff.people import OPERATOR
from subscribers import typed
from subscribers.errors import SubscribersError

MOST_NAME = 60


def keep_template(
    session: Session, issue: Issue, *, name: str, by: str = OPERATOR, now: datetime
) -> IssueTemplate:
    """Keep the build of an issue under a name, in place of what was there."""
    try:
        name = typed.line(name, what="name of the template", most=MOST_NAME)
    except SubscribersError as error:
        raise BadIssue(str(error)) from error
    template = _find(session, name)
    if template is None:
        template = IssueTemplate(name=name)
    template.mailing_list = issue.mailing_list
    template.language = issue.language
    template.blocks, template.editions = skeleton_of(issue)
    template.by, template.updated_at = by, now
    session.add(template)
    session.flush()
    return template


def all_templates(session: Session) -> Sequence[IssueTemplate]:
    return session.scalars(select(IssueTemplate).order_by(IssueTemplate.name)).all()


def find_template(session: Session, name: str) -> IssueTemplate:
    """In any case. Raises UnknownTemplate naming those there are."""
    template = _find(session, name)
    if template is None:
        raise UnknownTemplate(name, (known.name for known in all_templates(session)))
    return template


def remove_template(session: Session, template: IssueTemplate) -> None:
    """Issues made of it stay as they are."""
    session.delete(template)
    session.flush()


def _find(session: Session, name: str) -> IssueTemplate | None:
    wanted = " ".join(name.split()).casefold()
    for template in all_templates(session):
        if template.name.casefold() == wanted:
            return template
    return None
