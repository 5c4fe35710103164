"""What a page at the desk calls what was mailed."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.dispatch.bundles.models import Bundle
from newsletter.dispatch.bundles.months import read_number
from newsletter.dispatch.corrections.models import Correction
from newsletter.dispatch.naming import Mailed
from web.language import gettext as _
from web.language import month


@dataclass(frozen=True)
class Called:
    name: str  # "Issue 42"
    title: str  # what it is about
    is_issue: bool


def called(session: Session, which: Mailed) -> Called:
    match which:
        case Correction():
            number = which.mailing.issue.number
            name = _("Correction of issue %(number)s") % {"number": number}
            return Called(name, which.title, is_issue=False)
        case Bundle():
            first = read_number(session, which.number)[1].first
            words = _("Monthly bundle of %(month)s") % {"month": month(first)}
            return Called(words, which.mailing_list.name, is_issue=False)
        case _:
            name = _("Issue %(number)s") % {"number": which.number}
            return Called(name, which.subject, is_issue=True)
