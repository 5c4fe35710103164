"""An event of an issue for one's own calendar (RFC 5545)."""

from datetime import UTC, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar
from icalendar import Event as CalendarEvent
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.archive.reach import went_out
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingKind
from newsletter.issues.blocks import Resolving
from newsletter.issues.blocks.event import Event
from newsletter.issues.composition import Composition
from newsletter.issues.models import Issue
from newsletter.settings import Settings

# An event whose end nobody said, as calendars must show it somehow.
_LASTS = timedelta(hours=2)


def event_calendar(
    session: Session, settings: Settings, *, number: int, block: str
) -> bytes | None:
    """The calendar file of an event block; None unless a published issue has it."""
    mailing = session.scalar(
        select(Mailing)
        .join(Mailing.issue)
        .where(
            Issue.number == number,
            Mailing.kind == MailingKind.ISSUE,
            Mailing.frozen_at.is_not(None),
            went_out(),
        )
    )
    if mailing is None:
        return None
    issue = mailing.issue
    event = next(
        (one for one in Composition.of(issue).every_block() if one.id == block), None
    )
    if not isinstance(event, Event):
        return None
    shown = event.resolve(Resolving.of(session, settings, language=issue.language))
    entry = CalendarEvent()
    host = urlsplit(settings.base_url).hostname
    # The same each time it is asked for: a calendar then knows it has it already.
    entry.add("uid", f"{issue.number}-{block}@{host}")
    entry.add("dtstamp", mailing.frozen_at)
    entry.add("dtstart", shown.start.astimezone(UTC))
    entry.add("dtend", (shown.end or shown.start + _LASTS).astimezone(UTC))
    entry.add("summary", shown.title)
    if shown.place:
        entry.add("location", shown.place)
    entry.add("url", shown.url or f"{settings.base_url}/issues/{issue.number}")
    calendar = Calendar()
    calendar.add("prodid", f"-//{issue.mailing_list.name}//Buurtpost//")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
