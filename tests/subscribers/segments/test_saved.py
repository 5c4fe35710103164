"""Rules kept under a name."""

import pytest

from subscribers.segments import saved
from subscribers.segments.rules import BadRule, parse_rule
from subscribers.typed import BadLine
from tests.conftest import NOW
from tests.subscribers.segments.conftest import Village

RULE = {"role": "Bewoner"}


def add(village: Village, name: str, rule: object = RULE) -> saved.Segment:
    return saved.add_segment(village.session, name=name, rule=rule, now=NOW)


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


def test_a_rule_is_not_replaced_over_somebody_elses_change(village: Village) -> None:
    segment = add(village, "Bewoners")
    saved.replace_rule(
        village.session, segment, rule={"region": "NL"}, version=1, now=NOW
    )

    with pytest.raises(saved.SegmentChangedMeanwhile):
        saved.replace_rule(
            village.session, segment, rule={"region": "XX"}, version=1, now=NOW
        )

    assert (segment.rule, segment.version) == ({"region": "NL"}, 2)
