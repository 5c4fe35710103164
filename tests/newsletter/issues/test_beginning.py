"""The next issue, with this one or a kept template as its build."""

from typing import Any

import pytest

from newsletter.issues.beginning import make_from, make_like
from newsletter.issues.blocks.section import fillings
from newsletter.issues.composition import Composition
from newsletter.issues.errors import BadIssue, UnknownTemplate
from newsletter.issues.files import import_issue, issue_document
from newsletter.issues.history import history
from newsletter.issues.models import Issue
from newsletter.issues.templates import (
    all_templates,
    find_template,
    keep_template,
    remove_template,
)
from tests.conftest import NOW
from tests.newsletter.issues.world import ONLY_AMBTENAREN, World

SOEP = {"kind": "story", "story": "soep"}
STRIP = {"kind": "knowledge", "story": "soep"}
FOREWORD = {"kind": "foreword", "text": "Beste {naam}, november."}
CALL = {"kind": "call", "text": "Vertel", "url": "https://example.org"}
EVENT = {"kind": "event", "title": "Soep", "start": "2027-01-15T19:30"}
LINE = {"kind": "divider"}


def kinds(issue: Issue) -> list[str]:
    return [block["kind"] for block in issue.blocks]


def forty_two(world: World) -> Issue:
    return world.issue(
        FOREWORD,
        SOEP,
        STRIP,
        {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN},
        LINE,
        EVENT,
        CALL,
        preheader="Van deze maand",
        editions=[
            {
                "partner": "lpb",
                "audience": ONLY_AMBTENAREN,
                "subject": "LPB in november",
                "foreword": "Dag LPB",
                "blocks": [
                    {"after": "story-2", "block": {"kind": "text", "text": "Groet"}},
                    {"after": "event-1", "block": {**SOEP, "id": "own"}},
                    {"after": "own", "block": {**LINE, "id": "line"}},
                ],
            }
        ],
    )


def test_the_next_issue_has_the_build_and_no_stories(world: World) -> None:
    made = make_like(world.session, forty_two(world), by="anna", now=NOW)

    assert (made.number, made.subject, made.preheader) == (43, "", "")
    assert kinds(made) == ["foreword", "section", "divider", "call"]
    assert made.blocks[0]["text"] == ""
    assert made.blocks[1] == {
        "kind": "section",
        "id": "section-1",
        "title": "Verhalen",
        "most": 3,
    }
    assert made.editions == [
        {
            "partner": "lpb",
            "audience": ONLY_AMBTENAREN,
            "blocks": [
                {
                    "after": "section-1",
                    "block": {"kind": "text", "id": "text-1", "text": "Groet"},
                },
                {"after": "divider-1", "block": {"kind": "divider", "id": "line"}},
            ],
        }
    ]
    assert history(world.session, made)[0].about == "42"


def test_it_is_a_whole_issue_that_says_what_is_to_be_written(world: World) -> None:
    made = make_like(world.session, forty_two(world), now=NOW)

    document = issue_document(made)
    again = import_issue(world.session, world.settings, document, now=NOW)

    assert issue_document(again) == document
    assert [block for block, _problem in Composition.of(made).problems()] == [
        "foreword-1"
    ]


def test_sections_that_are_there_stay_as_they_are(world: World) -> None:
    section = {"kind": "section", "id": "s", "title": "Buurt", "least": 2, "most": 4}
    issue = world.issue(section, SOEP, LINE, SOEP)

    made = make_like(world.session, issue, number=50, now=NOW)

    assert made.number == 50
    assert made.blocks == [section, {"kind": "divider", "id": "divider-1"}]


def test_each_run_of_stories_becomes_a_section(world: World) -> None:
    issue = world.issue(SOEP, LINE, {**SOEP, "hidden": True}, LINE, SOEP, STRIP, SOEP)

    made = make_like(world.session, issue, now=NOW)

    assert kinds(made) == ["section", "divider", "divider", "section"]
    sections = fillings(Composition.of(made).base).values()
    assert [(one.section.least, one.section.most) for one in sections] == [
        (1, 2),
        (1, 3),
    ]


@pytest.mark.parametrize(
    ("blocks", "stories", "last"),
    [
        ([], 0, "s"),
        ([FOREWORD, LINE], 0, "s"),
        ([SOEP, LINE], 1, "story-1"),
        ([SOEP, STRIP, LINE], 1, "knowledge-1"),
        ([SOEP, {**SOEP, "story": "balie"}, LINE, EVENT], 2, "story-2"),
        ([SOEP, SOEP], 1, "story-2"),
        ([SOEP, {**SOEP, "hidden": True}], 1, "story-1"),
        ([SOEP, {"kind": "section", "title": "Meer"}, SOEP], 1, "story-1"),
    ],
)
def test_a_section_counts_its_stories_and_knows_where_the_next_goes(
    world: World, blocks: list[dict[str, Any]], stories: int, last: str
) -> None:
    section = {"kind": "section", "id": "s", "title": "Buurt", "least": 1, "most": 2}
    issue = world.issue(SOEP | {"id": "before"}, section, *blocks)

    filling = fillings(Composition.of(issue).base)["s"]

    assert (filling.stories, filling.last) == (stories, last)
    assert (filling.lacks, filling.has_room) == (max(0, 1 - stories), stories < 2)


def test_a_template_is_kept_replaced_used_and_taken_away(world: World) -> None:
    issue = forty_two(world)
    keep_template(world.session, issue, name="Maandnummer", by="anna", now=NOW)
    keep_template(world.session, issue, name="maandnummer ", by="ben", now=NOW)

    kept = find_template(world.session, " MAANDNUMMER")
    made = make_from(world.session, kept, by="ben", now=NOW)

    assert [one.name for one in all_templates(world.session)] == ["Maandnummer"]
    assert kept.by == "ben"
    assert kinds(made) == ["foreword", "section", "divider", "call"]
    assert history(world.session, made)[0].about == "Maandnummer"
    remove_template(world.session, kept)
    with pytest.raises(UnknownTemplate, match="There are: none"):
        find_template(world.session, "Maandnummer")


@pytest.mark.parametrize("name", ["", "a" * 61, "x\ny"])
def test_a_template_needs_a_name_that_can_be_said(world: World, name: str) -> None:
    with pytest.raises(BadIssue, match="name of the template"):
        keep_template(world.session, world.issue(LINE), name=name, now=NOW)
