"""The moment somebody joined, as other systems write it."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

_DAY = r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)"
# Day first is how the Dutch write it, with hyphens; with slashes nobody can tell.
_DUTCH = r"(?P<day>\d\d?)-(?P<month>\d\d?)-(?P<year>\d{4})"
_TIME = (
    r"(?:[T ]\s*(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<offset>Z|UTC|[+-]\d\d:?\d\d)?(?:\s+[A-Z]{1,5})?)?"
)
_FORMS = tuple(re.compile(day + _TIME) for day in (_DAY, _DUTCH))
_FIRST_YEAR = 1970


def read_moment(text: str, *, zone: tzinfo, now: datetime) -> datetime | None:
    """The moment in UTC, or None when it is not one; no offset means ``zone``."""
    match = next(filter(None, (form.fullmatch(text) for form in _FORMS)), None)
    if match is None:
        return None
    try:
        moment = datetime(
            int(match["year"]),
            int(match["month"]),
            int(match["day"]),
            int(match["hour"] or 0),
            int(match["minute"] or 0),
            int(match["second"] or 0),
            tzinfo=_zone(match["offset"], zone),
        )
    except ValueError:
        return None
    # A clock may run ahead; a year that does is a typing error.
    if moment.year < _FIRST_YEAR or moment > now + timedelta(days=1):
        return None
    return moment.astimezone(UTC)


def _zone(offset: str | None, zone: tzinfo) -> tzinfo:
    if offset is None:
        return zone
    if offset in {"Z", "UTC"}:
        return UTC
    parsed = datetime.strptime(offset.replace(":", ""), "%z").tzinfo
    return parsed or UTC
