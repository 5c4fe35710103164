"""Rules kept under a name."""

from datetime import timedelta

import pytest

from subscribers.segments import saved
from subscribers.segments.rules import BadRule, parse_rule
from subscribers.typed import BadLine
from tests.conftest import NOW
from tests.subscribers.segments.conftest import Village

RULE = {"role": "Bewoner"}
ANNA, BEN = "anna@buurtwijs.example", "ben@buurtwijs.example"


def add(village: Village, name: str, rule: object = RULE) -> saved.Segment:
    return saved.add_segment(village.session, name=name, rule=rule, by=ANNA, now=NOW)


def test_a_saved_segment_is_found_by_its_name_in_any_case(village: Village) -> None:
    add(village, "Bewoners")

    found = saved.find_segment(village.session, "bewoners ")

    assert found.rule == {"role": "bewoner"}
    assert saved.rule_of(found) == parse_rule(RULE)


def test_an_unknown_segment_names_the_known_ones(village: Village) -> None:
    add(village, "Bewoners")

    with pytest.raises(saved.UnknownSegment, match="Bewoners"):
        saved.find_segment(village.session, "Friezen")


@pytest.mark.parametrize(
    ("name", "rule", "error"),
    [
        ("bewoners", RULE, saved.SegmentExists),
        ("", RULE, BadLine),
        ("Tovenaars", {"role": "tovenaar"}, BadRule),
        ("Stuk", {"shoe": "42"}, BadRule),
    ],
)
def test_a_segment_that_cannot_be_kept_is_refused(
    village: Village, name: str, rule: object, error: type[Exception]
) -> None:
    add(village, "Bewoners")

    with pytest.raises(error):
        add(village, name, rule)

    assert [segment.name for segment in saved.all_segments(village.session)] == [
        "Bewoners"
    ]


def replace(
    village: Village, segment: saved.Segment, rule: object, **more: int
) -> None:
    version = more.get("version", segment.version)
    saved.replace_rule(
        village.session,
        segment,
        rule=rule,
        version=version,
        by=BEN,
        now=NOW + timedelta(days=version),
    )


def test_a_rule_is_not_replaced_over_somebody_elses_change(village: Village) -> None:
    segment = add(village, "Bewoners")
    replace(village, segment, {"region": "NL"})

    with pytest.raises(saved.SegmentChangedMeanwhile):
        replace(village, segment, {"region": "XX"}, version=1)

    assert (segment.rule, segment.version) == ({"region": "NL"}, 2)


def test_what_a_segment_said_before_is_kept(village: Village) -> None:
    segment = add(village, "Bewoners")
    replace(village, segment, {"region": "NL"})
    replace(village, segment, {"region": "nl"})  # the same again
    replace(village, segment, {"region": "XX"})

    told = [
        (one.version, one.rule, one.by, one.changed_at)
        for one in saved.history(village.session, segment)
    ]

    assert told == [
        (3, {"region": "XX"}, BEN, NOW + timedelta(days=2)),
        (2, {"region": "NL"}, BEN, NOW + timedelta(days=1)),
        (1, {"role": "bewoner"}, ANNA, NOW),
    ]


def test_a_segment_gets_another_name_but_not_anothers(village: Village) -> None:
    segment = add(village, "Bewoners")
    add(village, "Friezen")

    saved.rename(village.session, segment, name="bewoners")
    with pytest.raises(saved.SegmentExists):
        saved.rename(village.session, segment, name="friezen")

    assert (segment.name, segment.version) == ("bewoners", 1)
