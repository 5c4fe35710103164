"""When to start: a local moment in the organisation's own time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from newsletter.dispatch.errors import BadMoment
from subscribers.typed import shown


def read_moment(text: str, *, timezone: ZoneInfo, now: datetime) -> datetime:
    """``2027-01-15T10:53`` as people there read the clock, in UTC.

    An hour that occurs twice (the clock goes back) is the first of the two. Raises
    BadMoment when it is past, or was skipped (the clock goes forward).
    """
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise _not_a_moment(text) from None
    if len(text) <= len("2027-01-15"):
        # Python reads a day alone as its midnight: an hour nobody chose.
        raise _not_a_moment(text)
    if local.tzinfo is not None:
        raise BadMoment(
            f"{text!r} names a time zone; leave it out. Times are in {timezone.key}."
        )
    try:
        moment = local.replace(tzinfo=timezone, fold=0).astimezone(UTC)
    except OverflowError:  # the first or the last day there is
        raise _not_a_moment(text) from None
    if moment.astimezone(timezone).replace(tzinfo=None) != local:
        raise BadMoment(
            f"{text} does not exist in {timezone.key}: the clock is put forward then. "
            "Choose an hour later."
        )
    if moment <= now:
        raise BadMoment(
            f"{text} is past: it is {now.astimezone(timezone):%Y-%m-%dT%H:%M} in "
            f"{timezone.key}. Choose a later moment, or leave out --at to start now."
        )
    return moment


def _not_a_moment(text: str) -> BadMoment:
    return BadMoment(f"{shown(text)} is not a moment. Write it as 2027-01-15T10:53.")


def say_moment(moment: datetime, *, timezone: ZoneInfo, language: str = "en") -> str:
    """For people: "Friday 15 January 2027 at 10:53"."""
    pattern = (
        "EEEE d MMMM y 'om' HH.mm" if language == "nl" else "EEEE d MMMM y 'at' HH:mm"
    )
    return format_datetime(
        moment.astimezone(timezone), pattern, tzinfo=timezone, locale=language
    )
