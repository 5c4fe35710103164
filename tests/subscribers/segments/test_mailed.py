"""Who of a segment is mailed: counted, sampled, paged, always the same people."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session

from subscribers.models import Frequency
from subscribers.segments import mailed
from subscribers.segments.mailed import Place, Sort
from subscribers.segments.rules import parse_rule
from tests.conftest import NOW
from tests.subscribers.segments.conftest import Village, build
from tests.subscribers.segments.test_compile import RULES, crowd, means

EVERYBODY = {"all": []}
SIZE = 7
TODAY = NOW.date()


def asks_how_often(rule: dict[str, Any]) -> bool:
    return "frequency" in repr(rule)


def everybody(village: Village, rule: dict[str, Any], sort: Sort) -> list[mailed.Seen]:
    """Page by page, as somebody would read them."""
    found: list[mailed.Seen] = []
    place: Place | None = None
    while True:
        page = mailed.page(
            village.session,
            village.buurtwijs,
            parse_rule(rule),
            sort=sort,
            after=place,
            size=SIZE,
            now=NOW,
        )
        assert len(page.readers) == SIZE or page.next is None
        found += page.readers
        if page.next is None:
            return found
        place = Place.read(str(page.next))


def test_a_rule_counts_and_shows_whom_plain_python_means(session: Session) -> None:
    village = build(session)
    people = crowd(village, consents=True)

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(rule=RULES)
    def agrees(rule: dict[str, Any]) -> None:
        expected = {
            facts["id"]
            for facts in people.values()
            if facts["mailing_list"] is village.buurtwijs
            and facts["state"] == "confirmed"
            and (facts["paused_until"] or TODAY) <= TODAY
            and (facts["frequency"] is Frequency.EVERY or asks_how_often(rule))
            and means(rule, facts, "wijs")
        }
        parsed = parse_rule(rule)
        count = mailed.count(session, village.buurtwijs, parsed, now=NOW)
        shown = everybody(village, rule, Sort.NEWEST)
        sample = mailed.sample(
            session, village.buurtwijs, parsed, chance=random.Random(count), now=NOW
        )
        order = [(one.joined_at, one.id) for one in shown]

        assert count == len(expected)
        assert {one.id for one in shown} == expected
        assert order == sorted(order, reverse=True)
        assert len({one.id for one in sample}) == min(count, mailed.SAMPLE)
        assert {one.id for one in sample} <= expected

    agrees()


def test_pages_go_both_ways_and_nobody_is_on_two(village: Village) -> None:
    for number in range(3 * SIZE):
        # Several joined at the same moment.
        village.reader(f"r{number}", joined_at=NOW - timedelta(days=number // 3))

    newest = [one.id for one in everybody(village, EVERYBODY, Sort.NEWEST)]
    oldest = [one.id for one in everybody(village, EVERYBODY, Sort.OLDEST)]

    assert len(set(newest)) == 3 * SIZE
    assert oldest == newest[::-1]


def test_a_sample_is_drawn_anew_and_goes_round_the_end(village: Village) -> None:
    for number in range(40):
        village.reader(f"r{number}", joined_at=NOW - timedelta(days=number))

    drawn = {
        tuple(
            one.id
            for one in mailed.sample(
                village.session,
                village.buurtwijs,
                parse_rule(EVERYBODY),
                chance=random.Random(seed),
                now=NOW,
            )
        )
        for seed in range(8)
    }

    assert len(drawn) > 3
    assert {len(set(sample)) for sample in drawn} == {mailed.SAMPLE}


def test_a_list_without_readers_has_no_sample(village: Village) -> None:
    rule = parse_rule(EVERYBODY)

    assert mailed.sample(village.session, village.elders, rule, now=NOW) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("2026-11-20T09:30:00+00:00,7", Place(NOW, 7)),
        ("2026-11-20T10:30:00+01:00,7", Place(NOW, 7)),
        ("", None),
        ("yesterday,7", None),
        ("2026-11-20T09:30:00+00:00", None),
        ("2026-11-20T09:30:00+00:00,x", None),
        ("2026-11-20T09:30:00+00:00,-1", None),
        ("2026-11-20T09:30:00+00:00,9223372036854775808", None),
        ("2026-11-20T09:30:00,7", None),  # nobody knows where
        ("0001-01-01T00:00:00+23:00,7", None),
    ],
)
def test_a_place_in_an_address_is_read_or_is_the_beginning(
    text: str, place: Place | None
) -> None:
    assert Place.read(text) == place


def test_a_place_is_written_as_it_is_read() -> None:
    place = Place(datetime(2026, 3, 29, 1, 30, 0, 7, tzinfo=UTC), 12)

    assert Place.read(str(place)) == place
