"""How fast and when mail may leave: what the settings say of it, and the hours' clock.

What holds to it while mailings are sent is ``newsletter.dispatch.flight.pace``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo

_MINUTE = timedelta(minutes=1)
# A day that the clock skips or cuts short, and the one after it.
_LOOK_AHEAD = timedelta(days=3)
_RATE = re.compile(r"[0-9]{1,6}(\.[0-9]{1,4})?")
_HOURS = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
MOST_RETRY_HOURS = 168


@dataclass(frozen=True)
class SendingHours:
    """From ``opens`` until just before ``closes``, as the clock on the wall says it.

    They may span midnight. Whatever the clock does in a night of changing time, it is
    only asked what it says.
    """

    opens: time
    closes: time

    def is_open(self, moment: datetime, *, timezone: tzinfo) -> bool:
        says = moment.astimezone(timezone).time()
        if self.opens < self.closes:
            return self.opens <= says < self.closes
        return says >= self.opens or says < self.closes

    def next_open(self, moment: datetime, *, timezone: tzinfo) -> datetime:
        """The first moment from then on that it is open, in UTC; then itself if it is.

        Minute by minute: there is nothing to get wrong about a clock that jumps.
        """
        if self.is_open(moment, timezone=timezone):
            return moment.astimezone(UTC)
        first = moment.astimezone(UTC).replace(second=0, microsecond=0)
        for minutes in range(1, _LOOK_AHEAD // _MINUTE):
            candidate = first + minutes * _MINUTE
            if self.is_open(candidate, timezone=timezone):
                return candidate
        raise AssertionError(f"{self} never comes")  # pragma: no cover

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


@dataclass(frozen=True)
class Pace:
    """Without limits but for the retries, unless the settings say so."""

    rate: float | None = None  # mails a second to the provider; None: as it can
    # Mails a second to the readers of a domain, in A-labels and lower case.
    domain_rates: Mapping[str, float] = field(default_factory=dict)
    retry_hours: int = 48  # who is not taken for so long is given up
    hours: SendingHours | None = None  # None: day and night

    def next_open(self, moment: datetime, *, timezone: tzinfo) -> datetime:
        """``SendingHours.next_open``; without hours it is always open."""
        if self.hours is None:
            return moment
        return self.hours.next_open(moment, timezone=timezone)

    def is_open(self, moment: datetime, *, timezone: tzinfo) -> bool:
        return self.hours is None or self.hours.is_open(moment, timezone=timezone)


def read_pace(environment: Mapping[str, str], problems: list[str]) -> Pace:
    """What is wrong is added to ``problems``."""
    return Pace(
        rate=_rate_of(environment, problems),
        domain_rates=_domain_rates(environment, problems),
        retry_hours=_retry_hours(environment, problems),
        hours=_hours(environment, problems),
    )


def _rate_of(environment: Mapping[str, str], problems: list[str]) -> float | None:
    text = environment.get("BUURTPOST_RATE")
    if not text:
        return None
    rate = _rate(text)
    if rate is None:
        problems.append(
            "BUURTPOST_RATE must be a number of mails a second above 0, such as 50 or "
            f"0.5, not {text!r}."
        )
    return rate


def _domain_rates(
    environment: Mapping[str, str], problems: list[str]
) -> Mapping[str, float]:
    rates: dict[str, float] = {}
    for part in (environment.get("BUURTPOST_DOMAIN_RATES") or "").split(","):
        if not part.strip():
            continue
        name, _, number = part.partition("=")
        domain, rate = _domain(name.strip()), _rate(number.strip())
        if domain is None or rate is None:
            problems.append(
                "BUURTPOST_DOMAIN_RATES must hold domains with mails a second above 0, "
                f"such as gmail.com=20,ziggo.nl=5, not {part.strip()!r}."
            )
        elif domain in rates:
            problems.append(f"BUURTPOST_DOMAIN_RATES names {domain} twice.")
        else:
            rates[domain] = rate
    return rates


def _rate(text: str) -> float | None:
    """A number above nothing; None for anything else."""
    return (float(text) or None) if _RATE.fullmatch(text) else None


def _domain(text: str) -> str | None:
    # Late: it brings the tables of idna, and few installations limit domains.
    from subscribers.addresses import BadAddress, normalise

    try:
        return normalise(f"x@{text}").removeprefix("x@")
    except BadAddress:
        return None


def _retry_hours(environment: Mapping[str, str], problems: list[str]) -> int:
    text = environment.get("BUURTPOST_RETRY_HOURS") or "48"
    if text.isascii() and text.isdigit() and int(text) <= MOST_RETRY_HOURS:
        return int(text)
    problems.append(
        f"BUURTPOST_RETRY_HOURS must be a number from 0 to {MOST_RETRY_HOURS}, "
        f"not {text!r}."
    )
    return 48


def _hours(environment: Mapping[str, str], problems: list[str]) -> SendingHours | None:
    text = environment.get("BUURTPOST_SENDING_HOURS")
    if not text:
        return None
    found = _HOURS.fullmatch(text)
    opens, closes = (_clock(found, 1), _clock(found, 3)) if found else (None, None)
    if opens is None or closes is None or opens == closes:
        problems.append(
            "BUURTPOST_SENDING_HOURS must be two different times such as 08:00-20:00, "
            f"not {text!r}."
        )
        return None
    return SendingHours(opens, closes)


def _clock(found: re.Match[str], group: int) -> time | None:
    hour, minute = int(found[group]), int(found[group + 1])
    if hour == 24:
        return time(0) if minute == 0 else None  # people write 24:00 for midnight
    return time(hour, minute)
