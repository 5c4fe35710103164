"""The month of a bundle: how it is written, and when it begins and ends."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch.bundles.errors import BadMonth
from subscribers.errors import SubscribersError
from subscribers.lists import find_list
from subscribers.models import MailingList
from subscribers.typed import shown

_NUMBER = re.compile(r"(\d{4})-(\d\d)(?:-([a-z0-9][a-z0-9-]*))?")


@dataclass(frozen=True)
class Month:
    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def after(self) -> "Month":
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def before(self) -> "Month":
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    def begins(self, zone: tzinfo) -> datetime:
        return datetime.combine(self.first, time(), zone).astimezone(UTC)


def month_of(moment: datetime, zone: tzinfo) -> Month:
    day = moment.astimezone(zone).date()
    return Month(day.year, day.month)


def number_of(session: Session, mailing_list: MailingList, month: Month) -> str:
    """The month; lists but the installation's first put their slug behind it."""
    first = session.scalar(select(MailingList.id).order_by(MailingList.id).limit(1))
    return str(month) if mailing_list.id == first else f"{month}-{mailing_list.slug}"


def read_number(session: Session, number: str) -> tuple[MailingList, Month]:
    """Whose bundle it is, and of which month. Raises BadMonth with a sentence."""
    found = _NUMBER.fullmatch(number)
    if found is None or not (1 <= int(found[2]) <= 12 and 2000 <= int(found[1]) < 9999):
        raise BadMonth(
            f"{shown(number)} is no bundle. Write the month as 2026-11; for another "
            "list than the first, with its name behind it: 2026-11-wijkpost."
        )
    month = Month(int(found[1]), int(found[2]))
    if found[3] is not None:
        try:
            return find_list(session, found[3]), month
        except SubscribersError as error:
            raise BadMonth(str(error)) from error
    first = session.scalar(select(MailingList).order_by(MailingList.id).limit(1))
    if first is None:
        raise BadMonth("There is no mailing list yet. `buurtpost lists add` adds one.")
    return first, month
