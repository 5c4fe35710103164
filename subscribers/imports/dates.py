"""The moment somebody joined, as other systems write it."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

_YEAR_FIRST = r"(?P<year>\d{4})(?P<sign>[-/])(?P<month>\d\d?)(?P=sign)(?P<day>\d\d?)"
# Day first is how the Dutch write it, with hyphens or points; with slashes nobody can
# tell it from month first.
_DAY_FIRST = r"(?P<day>\d\d?)(?P<sign>[-.])(?P<month>\d\d?)(?P=sign)(?P<year>\d{4})"
_TIME = (
    r"(?:[T ]\s*(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<offset>Z|UTC|[+-]\d\d:?\d\d)?(?:\s+[A-Z]{1,5})?)?"
)
_FORMS = tuple(re.compile(day + _TIME) for day in (_YEAR_FIRST, _DAY_FIRST))
# What most exports write, read in a third of the time.
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d([T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d)?", re.ASCII)
_FIRST_YEAR = 1970
_AHEAD = timedelta(days=1)


def read_moment(text: str, *, zone: tzinfo, now: datetime) -> datetime | None:
    """The moment in UTC, or None when it is not one; no offset means ``zone``."""
    try:
        if _PLAIN.fullmatch(text):
            moment = datetime.fromisoformat(text).replace(tzinfo=zone)
        else:
            moment = _in_parts(text, zone)
    except ValueError:
        return None
    # A clock may run ahead; a year that does is a typing error.
    if moment.year < _FIRST_YEAR or moment > now + _AHEAD:
        return None
    return moment.astimezone(UTC)


def _in_parts(text: str, zone: tzinfo) -> datetime:
    match = next(filter(None, (form.fullmatch(text) for form in _FORMS)), None)
    if match is None:
        raise ValueError("not a moment")
    return datetime(
        int(match["year"]),
        int(match["month"]),
        int(match["day"]),
        int(match["hour"] or 0),
        int(match["minute"] or 0),
        int(match["second"] or 0),
        tzinfo=_zone(match["offset"], zone),
    )


def _zone(offset: str | None, zone: tzinfo) -> tzinfo:
    if offset is None:
        return zone
    if offset in {"Z", "UTC"}:
        return UTC
    parsed = datetime.strptime(offset.replace(":", ""), "%z").tzinfo
    return parsed or UTC
