"""A moment to start at, as the clock on the wall has it."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newsletter.dispatch.errors import BadMoment
from newsletter.dispatch.schedule import read_moment, say_moment
from tests.conftest import NOW

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-01-15T10:53", datetime(2027, 1, 15, 9, 53, tzinfo=UTC)),
        ("2027-07-15T10:53", datetime(2027, 7, 15, 8, 53, tzinfo=UTC)),
        ("2027-01-15 10:53", datetime(2027, 1, 15, 9, 53, tzinfo=UTC)),
        # The clock goes back on 31 October 2027: half past two comes twice.
        ("2027-10-31T02:30", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_local_moment_is_read(text: str, moment: datetime) -> None:
    assert read_moment(text, timezone=AMSTERDAM, now=NOW) == moment


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-11-20T10:29", "past"),
        ("2026-11-20T10:30", "past"),
        # The clock goes forward on 28 March 2027: half past two does not come.
        ("2027-03-28T02:30", "does not exist"),
        ("2027-01-15T10:53+01:00", "time zone"),
        ("tomorrow", "not a moment"),
        ("2027-02-30T10:00", "not a moment"),
        ("2027-01-15", "not a moment"),  # not its midnight
        ("", "not a moment"),
        ("0001-01-01T00:00", "not a moment"),
    ],
)
def test_a_moment_that_cannot_be_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadMoment, match=why):
        read_moment(text, timezone=AMSTERDAM, now=NOW)


def test_a_moment_is_said_as_people_say_it() -> None:
    moment = datetime(2027, 1, 15, 9, 53, tzinfo=UTC)

    assert say_moment(moment, timezone=AMSTERDAM) == "Friday 15 January 2027 at 10:53"
    assert (
        say_moment(moment, timezone=AMSTERDAM, language="nl")
        == "vrijdag 15 januari 2027 om 10.53"
    )
