"""An edition's own blocks keep their places among those of the issue."""

import pytest

from newsletter.issues import compose, extras
from newsletter.issues.composition import Composition
from newsletter.issues.errors import ChangedMeanwhile, UnknownBlock
from newsletter.issues.history import Edit
from newsletter.issues.models import Issue
from tests.conftest import NOW
from tests.newsletter.issues.world import World

TEXT = {"kind": "text", "text": "Van LPB."}


@pytest.fixture
def issue(world: World) -> Issue:
    """Three stories, and an edition for LPB with a foreword the issue has not."""
    return world.issue(
        {"kind": "story", "story": "soep", "id": "a"},
        {"kind": "story", "story": "balie", "id": "b"},
        {"kind": "divider", "id": "c"},
        editions=[{"partner": "lpb", "foreword": "Dag."}],
    )


def add(world: World, issue: Issue, after: str | None = None) -> str:
    return extras.add_extra(
        world.session, world.settings, issue, "lpb", TEXT, after=after, edit=Edit(NOW)
    )


def order(issue: Issue) -> str:
    blocks = Composition.of(issue).blocks_of("lpb")
    return " ".join(block.id for block in blocks if block.id != "foreword-lpb")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (None, "a b c text-1"),
        ("a", "a text-1 b c"),
        ("c", "a b c text-1"),
        ("foreword-lpb", "text-1 a b c"),
    ],
)
def test_a_block_is_added_after_another(
    world: World, issue: Issue, after: str | None, expected: str
) -> None:
    add(world, issue, after)

    assert order(issue) == expected
    assert [block["id"] for block in issue.blocks] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        (["up"], "text-1 a text-2 b c"),
        (["up", "up"], "text-1 a text-2 b c"),
        (["down"], "a text-2 text-1 b c"),
        (["down", "down"], "a text-2 b text-1 c"),
        (["down"] * 9, "a text-2 b c text-1"),
    ],
)
def test_a_block_moves_among_all_of_them(
    world: World, issue: Issue, moves: list[str], expected: str
) -> None:
    add(world, issue, "a")
    add(world, issue, "text-1")

    for to in moves:
        extras.move_extra(
            world.session, world.settings, issue, "lpb", "text-1", to=to, edit=Edit(NOW)
        )

    assert order(issue) == expected


def test_a_block_is_changed_in_its_place(world: World, issue: Issue) -> None:
    add(world, issue, "a")
    changed = {"kind": "divider", "text": "Anders."}

    extras.change_extra(
        world.session, world.settings, issue, "lpb", "text-1", changed, edit=Edit(NOW)
    )

    [extra] = issue.editions[0]["blocks"]
    assert extra["after"] == "a"
    assert extra["block"] == {"kind": "text", "id": "text-1", "text": "Anders."}


def test_what_stood_after_a_removed_block_stays(world: World, issue: Issue) -> None:
    add(world, issue, "a")
    add(world, issue, "text-1")

    extras.remove_extra(
        world.session, world.settings, issue, "lpb", "text-1", edit=Edit(NOW)
    )

    assert order(issue) == "a text-2 b c"


def test_a_block_of_the_issue_is_not_an_editions_to_move(
    world: World, issue: Issue
) -> None:
    with pytest.raises(UnknownBlock, match="has no block a"):
        extras.move_extra(
            world.session, world.settings, issue, "lpb", "a", to="down", edit=Edit(NOW)
        )


def test_an_older_version_is_refused(world: World, issue: Issue) -> None:
    seen = issue.version
    compose.set_headings(
        world.session, issue, subject="Anders", preheader="", edit=Edit(NOW)
    )

    with pytest.raises(ChangedMeanwhile):
        extras.add_extra(
            world.session,
            world.settings,
            issue,
            "lpb",
            TEXT,
            edit=Edit(NOW, version=seen),
        )
