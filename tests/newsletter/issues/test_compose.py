from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.issues import beginning, compose
from newsletter.issues.errors import (
    BadBlock,
    BadIssue,
    ChangedMeanwhile,
    IssueFrozen,
    UnknownBlock,
    UnknownIssue,
)
from newsletter.issues.history import Edit
from newsletter.issues.models import Issue
from newsletter.issues.usage import stories_of, used_in
from newsletter.issues.waivers import waive, waived
from newsletter.settings import Settings
from tests.conftest import NOW
from tests.newsletter.issues.world import World

A, B, C = ({"kind": "text", "text": word, "id": word} for word in "abc")


def ids(issue: Issue) -> list[str]:
    return [document["id"] for document in issue.blocks]


def draft(world: World) -> Issue:
    return world.issue(A, B, C)


def where(world: World, issue: Issue) -> tuple[Session, Settings, Issue]:
    return (world.session, world.settings, issue)


def test_a_new_issue_gets_the_next_number(world: World) -> None:
    draft(world)

    issue = beginning.create_issue(
        world.session, list_slug="buurtwijs", subject="Dag", now=NOW
    )

    assert (issue.number, issue.language, issue.blocks) == (43, "nl", [])


def test_a_number_is_given_out_once(world: World) -> None:
    draft(world)

    with pytest.raises(BadIssue, match="There is an issue 42 already"):
        beginning.create_issue(world.session, list_slug="buurtwijs", number=42, now=NOW)


@pytest.mark.parametrize(
    ("arguments", "order"),
    [
        ({}, ["a", "b", "c", "divider-1"]),
        ({"after": "a"}, ["a", "divider-1", "b", "c"]),
        ({"first": True}, ["divider-1", "a", "b", "c"]),
    ],
)
def test_a_block_is_added(
    world: World, arguments: dict[str, Any], order: list[str]
) -> None:
    issue = draft(world)

    made = compose.add_block(
        *where(world, issue), {"kind": "divider"}, **arguments, edit=Edit(NOW)
    )

    assert made == "divider-1"
    assert ids(issue) == order


@pytest.mark.parametrize(
    ("block", "to", "order"),
    [
        ("b", "up", "bac"),
        ("b", "down", "acb"),
        ("a", "up", "abc"),
        ("c", "down", "abc"),
        ("c", 0, "cab"),
        ("a", 2, "bca"),
        ("a", 99, "bca"),
    ],
)
def test_a_block_is_moved(world: World, block: str, to: str | int, order: str) -> None:
    issue = draft(world)

    compose.move_block(*where(world, issue), block, to=to, edit=Edit(NOW))

    assert "".join(ids(issue)) == order


def test_a_changed_block_keeps_its_kind_and_id(world: World) -> None:
    issue = draft(world)
    only = {"role": "bewoner"}

    compose.change_block(
        *where(world, issue),
        "b",
        {"text": "nieuw", "only": only, "id": "x", "kind": "divider"},
        edit=Edit(NOW),
    )

    assert issue.blocks[1] == {"kind": "text", "id": "b", "text": "nieuw", "only": only}


def test_the_block_of_an_edition_moves_up_when_what_it_stood_after_goes(
    world: World,
) -> None:
    extra = {"after": "b", "block": {"kind": "divider"}}
    issue = world.issue(A, B, C, editions=[{"partner": "lpb", "blocks": [extra]}])

    compose.remove_block(*where(world, issue), "b", edit=Edit(NOW))
    assert issue.editions[0]["blocks"][0]["after"] == "a"

    compose.remove_block(*where(world, issue), "a", edit=Edit(NOW))
    assert issue.editions[0]["blocks"][0]["after"] is None
    assert ids(issue) == ["c"]


def test_an_edition_is_added_replaced_and_removed(world: World) -> None:
    issue = draft(world)

    compose.set_edition(
        *where(world, issue), {"partner": "lpb", "foreword": "Dag"}, edit=Edit(NOW)
    )
    compose.set_edition(
        *where(world, issue), {"partner": "lpb", "subject": "LPB"}, edit=Edit(NOW)
    )
    assert issue.editions == [{"partner": "lpb", "subject": "LPB"}]

    compose.remove_edition(*where(world, issue), "lpb", edit=Edit(NOW))
    assert issue.editions == []


def test_a_whole_issue_is_copied_under_the_next_number(world: World) -> None:
    issue = world.issue(A, editions=[{"partner": "lpb"}])

    copy = beginning.copy_issue(world.session, issue, now=NOW)

    assert (copy.number, copy.blocks, copy.editions) == (
        43,
        issue.blocks,
        issue.editions,
    )


def test_who_looked_at_an_older_version_overwrites_nothing(world: World) -> None:
    issue = draft(world)
    seen = issue.version
    compose.remove_block(*where(world, issue), "a", edit=Edit(NOW, version=seen))

    with pytest.raises(ChangedMeanwhile, match="Somebody else changed issue 42"):
        compose.remove_block(*where(world, issue), "b", edit=Edit(NOW, version=seen))

    assert ids(issue) == ["b", "c"]


def test_what_was_mailed_is_never_changed(world: World) -> None:
    issue = draft(world)
    issue.frozen_at = NOW

    with pytest.raises(IssueFrozen, match="Issue 42 has a mailing"):
        compose.remove_block(*where(world, issue), "a", edit=Edit(NOW))
    with pytest.raises(IssueFrozen):
        compose.set_headings(
            world.session, issue, subject="x", preheader="", edit=Edit(NOW)
        )
    with pytest.raises(IssueFrozen):
        draft(world)


def test_a_refused_change_leaves_the_issue_as_it_was(world: World) -> None:
    issue = draft(world)
    before = (issue.version, ids(issue))

    with pytest.raises(BadBlock, match="Block story-1: There is no piece 'nergens'"):
        compose.add_block(
            *where(world, issue), {"kind": "story", "story": "nergens"}, edit=Edit(NOW)
        )
    with pytest.raises(BadBlock, match="There is no role 'koning'"):
        compose.add_block(
            *where(world, issue),
            {"kind": "divider", "only": {"role": "koning"}},
            edit=Edit(NOW),
        )
    with pytest.raises(UnknownBlock, match=r"no block z\. It has: a, b, c"):
        compose.move_block(*where(world, issue), "z", to="up", edit=Edit(NOW))

    assert (issue.version, ids(issue)) == before


@pytest.mark.parametrize("number", [0, -1, 41, 10**20])
def test_an_unknown_issue_is_named_with_those_there_are(
    world: World, number: int
) -> None:
    draft(world)

    with pytest.raises(UnknownIssue, match=rf"no issue {number}. There are: 42"):
        compose.find_issue(world.session, number)


def test_where_a_story_was_used(world: World) -> None:
    extra = {"after": None, "block": {"kind": "story", "story": "balie"}}
    issue = world.issue(
        {"kind": "story", "story": "soep"},
        {"kind": "knowledge", "story": "soep"},
        editions=[{"partner": "lpb", "blocks": [extra]}],
    )
    world.issue(A, number=43)

    assert stories_of(issue) == ["soep", "balie"]
    assert used_in(world.session, "balie") == [issue]
    assert used_in(world.session, "nergens") == []


def test_a_waiver_says_why_and_by_whom(world: World) -> None:
    issue = world.issue({"kind": "story", "story": "soep"})

    for why in ("geen onderzoek bekend", "staat in nummer 41"):
        waive(world.session, issue, story="soep", why=why, by="anna", now=NOW)

    assert waived(world.session, issue) == {"soep"}
    with pytest.raises(BadIssue, match=r"has no story 'balie'\. It has: soep"):
        waive(world.session, issue, story="balie", why="x", by="anna", now=NOW)
    with pytest.raises(BadIssue, match="Say why"):
        waive(world.session, issue, story="soep", why=" ", by="anna", now=NOW)
