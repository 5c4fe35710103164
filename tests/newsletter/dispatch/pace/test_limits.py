"""A provider's own limit: learnt when it is told, kept to, and forgotten in time."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.dispatch.flight.pace.limits import BELIEVED, Limit, allow

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def limit(**values: object) -> Limit:
    return Limit(
        **{
            "most": 100,
            "window": DAY,
            "told_at": NOW - DAY,
            "closed_until": NOW,
            **values,
        }  # type: ignore[arg-type]
    )


def at(moment: datetime, taken: int) -> dict[int, int]:
    return {int(moment.timestamp()): taken}


@pytest.mark.parametrize(
    ("known", "slots", "count", "until"),
    [
        (limit(), {}, 50, NOW),
        (limit(), at(NOW - DAY / 2, 40), 50, NOW),
        # Stop before it says so again, and go on when that hour has left the day.
        (limit(), at(NOW - DAY / 2, 60), 35, NOW + DAY / 2 + timedelta(hours=1)),
        (limit(), at(NOW - DAY / 2, 95), 0, NOW + DAY / 2 + timedelta(hours=1)),
        (limit(), at(NOW - DAY / 2, 500), 0, NOW + DAY / 2 + timedelta(hours=1)),
        (limit(closed_until=NOW + DAY / 4), {}, 0, NOW + DAY / 4),
        (limit(most=None), at(NOW, 500), 50, NOW),
        (limit(told_at=NOW - BELIEVED - DAY), at(NOW, 500), 50, NOW),
    ],
)
def test_there_is_room_for(
    known: Limit, slots: dict[int, int], count: int, until: datetime
) -> None:
    allowed = allow(known, slots, 50, now=NOW)

    assert (allowed.count, allowed.until) == (count, until)
