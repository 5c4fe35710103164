"""What the pages of a segment show of its readers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from subscribers.models import MailingList
from subscribers.roles import all_roles
from subscribers.segments import options
from subscribers.segments.mailed import Seen
from web.editors.words import number
from web.language import language, ngettext


@dataclass(frozen=True)
class Line:
    name: str  # "" when there is none, or it is not shown
    place: str
    roles: str
    joined_at: datetime


def lines(session: Session, readers: Iterable[Seen], *, named: bool) -> list[Line]:
    roles = all_roles(session)
    places = dict(options.regions(session, language()))
    return [
        Line(
            name=(one.name or "") if named else "",
            place=places.get(one.region_code or "", ""),
            roles=", ".join(
                role.name for role in roles if one.role_mask >> role.bit & 1
            ),
            joined_at=one.joined_at,
        )
        for one in readers
    ]


def counted_in_words(count: int, mailing_list: MailingList) -> str:
    return ngettext(
        "%(num)s reader of %(list)s would get mail today",
        "%(num)s readers of %(list)s would get mail today",
        count,
    ) % {"num": number(count), "list": mailing_list.name}
