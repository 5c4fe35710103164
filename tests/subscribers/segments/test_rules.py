"""What a rule may look like, and how it is said back."""

import pytest
from sqlalchemy.orm import Session

from subscribers.segments.fields import FIELDS
from subscribers.segments.rules import (
    DEPTH_MOST,
    QUESTIONS_MOST,
    BadRule,
    as_data,
    check_values,
    parse_rule,
    say,
)
from tests.subscribers.segments.conftest import Village

FRIESE_AMBTENAAR = {"all": [{"region": "PV21"}, {"role": "wijkambtenaar"}]}


def nested(depth: int) -> object:
    rule: object = {"role": "bewoner"}
    for _ in range(depth - 1):
        rule = {"not": rule}
    return rule


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "A rule is an object"),
        (None, "not 'None'"),
        ({}, "has 0 keys"),
        ({"role": "bewoner", "region": "NL"}, "has 2 keys"),
        ({"shoe_size": "42"}, "Use one of: all, any, not, frequency"),
        ({"all": {"role": "bewoner"}}, '"all" wants a list'),
        ({"any": "bewoner"}, '"any" wants a list'),
        ({"not": []}, "A rule is an object"),
        ({"role": ""}, '"role" wants a text'),
        ({"role": 7}, '"role" wants a text'),
        ({"role": "bewo\x00ner"}, "cannot be used"),
        ({"language": "fr"}, "Use one of: nl, en"),
        ({"joined_after": "15-01-2027"}, "Write it as 2027-01-15"),
        ({"joined_after": "2027-02-30"}, "Write it as 2027-01-15"),
        ({"joined_after": "20270115"}, "Write it as 2027-01-15"),
        ({"joined_before": "0001-01-01"}, "not one readers joined in"),
        (nested(DEPTH_MOST + 1), "nested deeper than 20"),
        (nested(5_000), "nested deeper than 20"),
        ({"any": [{"role": "bewoner"}] * (QUESTIONS_MOST + 1)}, "401 questions"),
    ],
)
def test_a_rule_that_cannot_be_used_says_what_is_wrong(
    data: object, words: str
) -> None:
    with pytest.raises(BadRule) as raised:
        parse_rule(data)

    assert words in str(raised.value)
    assert len(str(raised.value)) < 300


def test_a_rule_may_be_twenty_levels_deep() -> None:
    parse_rule(nested(DEPTH_MOST))


def test_values_are_kept_in_their_normal_form() -> None:
    rule = parse_rule(
        {
            "any": [
                {"region": " gm0193 "},
                {"role": "Sociaal werker"},
                {"partner": "LPB"},
            ]
        }
    )

    assert as_data(rule) == {
        "any": [{"region": "GM0193"}, {"role": "sociaal-werker"}, {"partner": "lpb"}]
    }


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"region": "GM9999"}, "PV21 (Fryslân)"),
        ({"not": {"role": "tovenaar"}}, "wijkambtenaar, opbouwwerker"),
        ({"all": [{"partner": "nobody"}]}, "elders, lpb, wijs"),
        ({"list": "nobody"}, "elders, wijs"),
    ],
)
def test_a_value_that_does_not_exist_is_refused_naming_the_known_ones(
    village: Village, data: object, words: str
) -> None:
    rule = parse_rule(data)

    with pytest.raises(BadRule) as raised:
        check_values(village.session, rule)

    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("data", "dutch", "english"),
    [
        (FRIESE_AMBTENAAR, "wijkambtenaar in Fryslân", "wijkambtenaar in Fryslân"),
        ({"all": []}, "iedereen", "everybody"),
        ({"any": []}, "niemand", "nobody"),
        ({"not": {"role": "bewoner"}}, "geen bewoner", "not bewoner"),
        ({"region": "NL"}, "in Nederland", "in the Netherlands"),
        ({"region": "XX"}, "in het buitenland", "in another country"),
        ({"region": "PV26"}, "in de provincie Utrecht", "in the province of Utrecht"),
        ({"region": "GM0344"}, "in Utrecht", "in Utrecht"),
        ({"not": {"region": "GM0193"}}, "niet in Zwolle", "not in Zwolle"),
        (
            {"any": [{"region": "GM0193"}, FRIESE_AMBTENAAR]},
            "in Zwolle of (wijkambtenaar in Fryslân)",
            "in Zwolle or (wijkambtenaar in Fryslân)",
        ),
        (
            {"all": [{"partner": "lpb"}, {"joined_after": "2027-01-15"}]},
            "met toestemming voor LPB en aangemeld vanaf 15 januari 2027",
            "who agreed to LPB and joined from 15 January 2027",
        ),
        (
            {"not": {"any": [{"language": "en"}, {"list": "wijs"}]}},
            "niet (met Engels als taal of geabonneerd op Buurtwijs nieuws)",
            "not (reading English or subscribed to Buurtwijs nieuws)",
        ),
        ({"joined_before": "2027-01-15"}, "aangemeld vóór 15 januari 2027",
         "joined before 15 January 2027"),
    ],
)  # fmt: skip
def test_a_rule_is_said_back(
    village: Village, data: object, dutch: str, english: str
) -> None:
    rule = parse_rule(data)

    assert say(village.session, rule, "nl") == dutch
    assert say(village.session, rule, "en") == english


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.key)
def test_every_field_can_be_said_in_both_languages(field, session: Session) -> None:
    assert field.known(session) is not None
    assert {"nl", "en"} <= set(field.says)
    for saying in field.says.values():
        assert "{}" in saying.yes
        assert "{}" in saying.no
