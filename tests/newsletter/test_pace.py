"""The pace the settings ask for, and the clock of the sending hours."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.pace import Pace, SendingHours, read_pace

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
BY_DAY = SendingHours(time(8), time(20))
BY_NIGHT = SendingHours(time(22), time(6))
# Clocks go forward at 01:00 UTC on 28 March 2027, and back on 25 October 2026.
FORWARD = datetime(2027, 3, 28, tzinfo=UTC)
BACK = datetime(2026, 10, 25, tzinfo=UTC)


def test_without_settings_mail_goes_as_fast_as_it_can_day_and_night() -> None:
    problems: list[str] = []

    assert read_pace({}, problems) == Pace(None, {}, 48, None)
    assert problems == []


def test_every_setting_is_read() -> None:
    environment = {
        "BUURTPOST_RATE": "0.5",
        "BUURTPOST_DOMAIN_RATES": "Gmail.com=20, bücher.example=2.5,",
        "BUURTPOST_RETRY_HOURS": "24",
        "BUURTPOST_SENDING_HOURS": "08:00-24:00",
    }
    problems: list[str] = []

    pace = read_pace(environment, problems)

    assert problems == []
    assert pace == Pace(
        rate=0.5,
        domain_rates={"gmail.com": 20, "xn--bcher-kva.example": 2.5},
        retry_hours=24,
        hours=SendingHours(time(8), time(0)),
    )


@pytest.mark.parametrize(
    ("hours", "local", "is_open"),
    [
        (BY_DAY, "2026-11-20T07:59:59", False),
        (BY_DAY, "2026-11-20T08:00", True),
        (BY_DAY, "2026-11-20T19:59:59", True),
        (BY_DAY, "2026-11-20T20:00", False),
        (BY_NIGHT, "2026-11-20T21:59", False),
        (BY_NIGHT, "2026-11-20T22:00", True),
        (BY_NIGHT, "2026-11-21T00:00", True),
        (BY_NIGHT, "2026-11-21T05:59", True),
        (BY_NIGHT, "2026-11-21T06:00", False),
        # The same clock, another distance from UTC.
        (BY_DAY, "2026-07-20T07:59:59", False),
        (BY_DAY, "2026-07-20T08:00", True),
    ],
)
def test_the_clock_on_the_wall_says_when_it_is_open(
    hours: SendingHours, local: str, is_open: bool
) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=AMSTERDAM).astimezone(UTC)

    assert hours.is_open(moment, timezone=AMSTERDAM) is is_open


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        (BY_DAY, "2026-11-20T03:00:30+00:00", "2026-11-20T07:00:00+00:00"),
        (BY_DAY, "2026-11-20T12:00:30+00:00", "2026-11-20T12:00:30+00:00"),
        (BY_DAY, "2026-11-20T19:30:00+00:00", "2026-11-21T07:00:00+00:00"),
        # Summer time begins or ends in the night between: it still opens at eight.
        (BY_DAY, "2027-03-27T20:00:00+00:00", "2027-03-28T06:00:00+00:00"),
        (BY_DAY, "2026-10-24T20:00:00+00:00", "2026-10-25T07:00:00+00:00"),
    ],
)
def test_it_opens_next(hours: SendingHours, moment: str, opens: str) -> None:
    found = hours.next_open(datetime.fromisoformat(moment), timezone=AMSTERDAM)

    assert found == datetime.fromisoformat(opens)


def test_hours_that_a_night_skips_open_when_the_clock_has_jumped() -> None:
    hours = SendingHours(time(2, 30), time(9))

    found = hours.next_open(FORWARD, timezone=AMSTERDAM)

    assert found == FORWARD.replace(hour=1)  # 03:00, and 02:30 never came


@given(
    opens=st.times(),
    closes=st.times(),
    start=st.sampled_from([FORWARD, BACK, datetime(2027, 1, 15, tzinfo=UTC)]),
    seconds=st.integers(-100_000, 100_000),
)
@example(opens=time(2, 30), closes=time(2, 45), start=FORWARD, seconds=0)
@example(opens=time(2, 59), closes=time(2, 1), start=BACK, seconds=3_000)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    opens: time, closes: time, start: datetime, seconds: int
) -> None:
    hours = SendingHours(
        opens.replace(second=0, microsecond=0), closes.replace(second=0, microsecond=0)
    )
    moment = start + timedelta(seconds=seconds)
    if hours.opens == hours.closes:
        return

    found = hours.next_open(moment, timezone=AMSTERDAM)

    assert found >= moment
    assert hours.is_open(found, timezone=AMSTERDAM)
    if found > moment:
        minutes = int((found - moment).total_seconds() // 60)
        before = [moment + timedelta(minutes=minute) for minute in range(minutes)]
        before.append(found - timedelta(microseconds=1))
        assert not any(hours.is_open(one, timezone=AMSTERDAM) for one in before)
