"""Versions beside blocks, and what an invented person would get."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.issues.composition import Composition
from newsletter.issues.matrix import Matrix, matrix
from newsletter.issues.models import Issue
from newsletter.issues.seen_by import seen_by
from newsletter.issues.variants import plan_variants
from newsletter.preflight.checks.sense import check_unseen
from newsletter.preflight.looking import look
from subscribers.models import Subscriber, Subscription
from subscribers.segments.compile import compile_rule
from subscribers.segments.fields import FIELDS
from subscribers.segments.invented import Person, means
from subscribers.segments.rules import parse_rule
from tests.conftest import NOW
from tests.newsletter.issues.world import ONLY_AMBTENAREN, TODAY, World

FOREWORD = {"kind": "foreword", "text": "Van ons"}
SOEP = {"kind": "story", "story": "soep"}
BALIE = {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN}
GREETING = {"after": "story-1", "block": {"kind": "text", "text": "Groet"}}
LPB = {"partner": "lpb", "foreword": "Van LPB", "subject": "LPB", "blocks": [GREETING]}
ANNA = Person(
    today=TODAY,
    region="GM0080",
    roles=frozenset({"wijkambtenaar"}),
    lists=frozenset({"buurtwijs"}),
    language="nl",
)


def of(world: World, issue: Issue) -> Matrix:
    planned = plan_variants(world.session, issue, today=TODAY)
    return matrix(Composition.of(issue), planned, subject=issue.subject)


def test_a_section_is_in_no_version(world: World) -> None:
    world.reader("anna")
    section = {"kind": "section", "title": "Uit de buurt"}
    issue = world.issue(FOREWORD, section, SOEP, preheader="Soep, en wat we wisten.")

    found = of(world, issue)

    assert [one.blocks for one in found.variants] == [["foreword-1", "story-1"]]
    assert [row.block.id for row in found.rows] == ["foreword-1", "story-1"]
    looking = look(world.session, world.settings, issue, now=NOW)
    assert list(check_unseen(looking)) == []  # nobody sees it, and nobody is to


def test_every_block_stands_beside_the_versions_that_have_it(world: World) -> None:
    world.reader("anna", roles=["wijkambtenaar"])
    world.reader("ben", partners=[world.lpb])
    hidden = {"kind": "divider", "hidden": True}
    issue = world.issue(FOREWORD, SOEP, BALIE, hidden, editions=[LPB])

    found = of(world, issue)

    letters = {one.key: one.label for one in found.variants}
    assert [
        (row.block.id, row.readers, sorted(letters[key] for key in row.variants))
        for row in found.rows
    ] == [
        ("foreword-1", 2, ["A", "B", "C"]),
        ("story-1", 2, ["A", "B", "C"]),
        ("text-1", 1, ["C"]),
        ("story-2", 1, ["A"]),
        ("divider-1", 0, []),
    ]


def test_a_version_says_how_it_differs_from_the_issue(world: World) -> None:
    world.reader("anna", roles=["wijkambtenaar"])
    world.reader("ben", partners=[world.lpb])
    issue = world.issue(FOREWORD, SOEP, BALIE, editions=[LPB])

    found = of(world, issue)

    said = {
        variant.edition + variant.key[4:5]: one
        for variant, one in zip(found.variants, found.differences, strict=True)
    }
    assert said["base"].is_none
    assert said["base-"].more == ("story-2",)
    assert (said["lpb"].more, said["lpb"].others, said["lpb"].subject) == (
        ("text-1",),
        ("foreword-1",),
        "LPB",
    )


RULES: list[Any] = [
    {"role": "wijkambtenaar"},
    {"not": {"role": "wijkambtenaar"}},
    {"region": "GM0080"},
    {"region": "PV21"},
    {"region": "NL"},
    {"not": {"region": "PV23"}},
    {"partner": "lpb"},
    {"list": "buurtwijs"},
    {"language": "nl"},
    {"language": "en"},
    {"joined_before": "2026-11-21"},
    {"joined_before": "2026-11-20"},
    {"joined_after": "2026-11-20"},
    {"joined_after": "2026-11-21"},
    {"frequency": "every"},
    {"frequency": "monthly"},
    {"all": []},
    {"any": []},
    {"any": [{"region": "PV23"}, {"region": "GM0080"}, {"role": "bewoner"}]},
    {"all": [{"region": "PV21"}, {"not": {"partner": "lpb"}}]},
]


def test_every_field_is_asked_of_an_invented_person() -> None:
    asked = {key for rule in RULES for key in rule}

    assert {field.key for field in FIELDS} <= asked


def test_an_invented_person_is_meant_as_a_real_one_is(world: World) -> None:
    reader = world.reader("anna", region="GM0080", roles=["wijkambtenaar"])
    reader.language = "nl"
    world.session.flush()

    for document in RULES:
        rule = parse_rule(document)
        real = world.session.scalar(
            select(Subscriber.id)
            .join(Subscription)
            .where(compile_rule(rule, list_id=world.mailing_list.id))
        )
        assert means(world.session, rule, ANNA) is (real is not None), document


@pytest.mark.parametrize(
    ("person", "edition", "blocks"),
    [
        ({}, "base", ["story-1", "story-2"]),
        ({"roles": frozenset()}, "base", ["story-1"]),
        ({"partners": {"lpb"}, "roles": frozenset()}, "lpb", ["story-1"]),
        ({"partners": {"lpb", "movisie"}}, "lpb", ["story-1", "story-2"]),
        (
            {"partners": {"lpb", "movisie"}, "chosen": "movisie"},
            "movisie",
            ["story-1", "story-2"],
        ),
    ],
)
def test_somebody_is_shown_the_version_they_would_get(
    world: World, person: dict[str, Any], edition: str, blocks: list[str]
) -> None:
    world.partner("movisie", "Movisie")
    issue = world.issue(
        SOEP, BALIE, editions=[{"partner": "lpb"}, {"partner": "movisie"}]
    )

    found = seen_by(world.session, issue, replace(ANNA, **person))

    assert found
    assert (found.edition, found.blocks) == (edition, blocks)


def test_who_has_nothing_for_them_is_shown_nothing(world: World) -> None:
    issue = world.issue(FOREWORD, BALIE)
    nobody = Person(today=NOW.date())

    assert seen_by(world.session, issue, nobody) is None
