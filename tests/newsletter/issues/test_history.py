"""What an issue said before, by whom, and how it is put back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.issues import compose, history, restoring
from newsletter.issues.errors import (
    BadBlock,
    ChangedMeanwhile,
    IssueFrozen,
    NothingToUndo,
    UnknownVersion,
)
from newsletter.issues.history import Change, Edit
from newsletter.issues.models import Issue, IssueVersion
from newsletter.settings import Settings
from tests.conftest import NOW
from tests.newsletter.issues.world import World

A, B, C = ({"kind": "text", "text": word, "id": word} for word in "abc")
ANNA, BEN = "anna@buurtwijs.example", "ben@buurtwijs.example"
SOON = timedelta(minutes=1)


def where(world: World, issue: Issue) -> tuple[Session, Settings, Issue]:
    return (world.session, world.settings, issue)


def ids(issue: Issue) -> str:
    return "".join(document["id"] for document in issue.blocks)


def lines(world: World, issue: Issue) -> list[tuple[str, str, str]]:
    return [
        (one.change, one.about, one.by) for one in history.history(world.session, issue)
    ]


def remove(world: World, issue: Issue, block: str, by: str = ANNA) -> None:
    compose.remove_block(*where(world, issue), block, edit=Edit(NOW, by=by))


def undo(world: World, issue: Issue) -> str:
    restoring.undo(*where(world, issue), edit=Edit(NOW))
    return ids(issue)


def redo(world: World, issue: Issue) -> str:
    restoring.redo(*where(world, issue), edit=Edit(NOW))
    return ids(issue)


def test_everything_done_is_written_down_with_who_did_it(world: World) -> None:
    issue = world.issue(A, B, C)
    here = where(world, issue)

    compose.move_block(*here, "c", to=0, edit=Edit(NOW, by=ANNA))
    compose.hide_block(*here, "a", edit=Edit(NOW, by=BEN))
    compose.set_edition(*here, {"partner": "lpb"}, edit=Edit(NOW, by=BEN))
    compose.set_headings(
        world.session, issue, subject="Dag", preheader="", edit=Edit(NOW, by=ANNA)
    )

    assert lines(world, issue) == [
        ("headings", "", ANNA),
        ("edition", "lpb", BEN),
        ("hidden", "a", BEN),
        ("moved", "c", ANNA),
        ("imported", "", "operator"),
    ]


def test_what_changes_nothing_is_not_written_down(world: World) -> None:
    issue = world.issue(A, B)
    version = issue.version

    compose.move_block(*where(world, issue), "a", to="up", edit=Edit(NOW))
    world.issue(A, B)

    assert (issue.version, len(lines(world, issue))) == (version, 1)


def test_steps_go_back_and_forward_as_far_as_there_are_changes(world: World) -> None:
    issue = world.issue(A, B, C)
    remove(world, issue, "a")
    remove(world, issue, "b")

    assert [undo(world, issue), undo(world, issue)] == ["bc", "abc"]
    with pytest.raises(NothingToUndo):
        restoring.undo(*where(world, issue), edit=Edit(NOW))
    assert [redo(world, issue), redo(world, issue)] == ["bc", "c"]
    with pytest.raises(NothingToUndo):
        restoring.redo(*where(world, issue), edit=Edit(NOW))


def test_a_change_after_a_step_back_begins_from_there(world: World) -> None:
    issue = world.issue(A, B, C)
    remove(world, issue, "a")
    undo(world, issue)
    remove(world, issue, "c")

    assert restoring.steps(world.session, issue).redoes is None
    assert undo(world, issue) == "abc"
    assert redo(world, issue) == "ab"


def test_a_step_back_says_whose_change_it_takes_away(world: World) -> None:
    issue = world.issue(A, B)
    remove(world, issue, "a", by=BEN)

    found = restoring.steps(world.session, issue).undoes

    assert found
    assert (found.by, found.change, found.about) == (BEN, Change.REMOVED, "a")


def test_any_version_is_put_back_and_that_can_be_undone(world: World) -> None:
    issue = world.issue(A, B, C, subject="Eerst")
    first = issue.version
    remove(world, issue, "a")
    compose.set_headings(
        world.session, issue, subject="Later", preheader="", edit=Edit(NOW)
    )

    restoring.restore(*where(world, issue), first, edit=Edit(NOW, by=ANNA))

    assert (issue.subject, ids(issue)) == ("Eerst", "abc")
    assert lines(world, issue)[0] == ("restored", str(first), ANNA)
    assert undo(world, issue) == "bc"
    with pytest.raises(UnknownVersion, match="Issue 42 has no version 99"):
        restoring.restore(*where(world, issue), 99, edit=Edit(NOW))


def test_what_was_saved_while_typing_is_one_change(world: World) -> None:
    issue = world.issue(A, B)
    here = where(world, issue)
    for place, text in enumerate(("dag", "dag allen", "dag allemaal")):
        compose.change_block(
            *here,
            "a",
            {"text": text},
            edit=Edit(NOW + place * SOON, by=ANNA, autosaved=True),
        )
    compose.change_block(
        *here, "a", {"text": "hoi"}, edit=Edit(NOW + 3 * SOON, by=ANNA)
    )
    compose.change_block(*here, "a", {"text": "hé"}, edit=Edit(NOW + 4 * SOON, by=ANNA))

    assert [line[0] for line in lines(world, issue)] == [
        "changed",
        "changed",
        "imported",
    ]
    restoring.undo(*here, edit=Edit(NOW))
    assert issue.blocks[0]["text"] == "hoi"
    restoring.undo(*here, edit=Edit(NOW))
    assert issue.blocks[0]["text"] == "a"


@pytest.mark.parametrize(
    ("by", "block", "later"),
    [(BEN, "a", SOON), (ANNA, "b", SOON), (ANNA, "a", timedelta(minutes=11))],
)
def test_what_somebody_else_typed_or_elsewhere_or_later_is_another(
    world: World, by: str, block: str, later: timedelta
) -> None:
    issue = world.issue(A, B)
    here = where(world, issue)

    compose.change_block(
        *here, "a", {"text": "x"}, edit=Edit(NOW, by=ANNA, autosaved=True)
    )
    compose.change_block(
        *here, block, {"text": "y"}, edit=Edit(NOW + later, by=by, autosaved=True)
    )

    assert len(lines(world, issue)) == 3


def test_typing_and_taking_it_back_does_not_stop_the_steps(world: World) -> None:
    issue = world.issue(A, B)
    here = where(world, issue)
    remove(world, issue, "b")
    for text in ("x", "a"):
        compose.change_block(
            *here, "a", {"text": text}, edit=Edit(NOW, by=ANNA, autosaved=True)
        )

    assert [undo(world, issue), undo(world, issue)] == ["a", "ab"]


def test_what_is_gone_by_now_is_named_and_nothing_is_put_back(world: World) -> None:
    issue = world.issue({"kind": "story", "story": "soep", "id": "s"}, A)
    remove(world, issue, "s")
    world.session.delete(
        compose.Resolving.of(world.session, world.settings, language="nl").item("soep")
    )
    world.session.flush()

    with pytest.raises(BadBlock, match="Block s: There is no piece 'soep'"):
        restoring.undo(*where(world, issue), edit=Edit(NOW))


def test_a_step_from_an_old_page_or_after_the_start_is_refused(world: World) -> None:
    issue = world.issue(A, B)
    seen = issue.version
    remove(world, issue, "a")

    with pytest.raises(ChangedMeanwhile):
        restoring.undo(*where(world, issue), edit=Edit(NOW, version=seen))
    issue.frozen_at = NOW
    with pytest.raises(IssueFrozen):
        restoring.undo(*where(world, issue), edit=Edit(NOW))


def test_the_oldest_are_let_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_KEPT", 4)
    issue = world.issue(A, B)
    for to in ("down", "up", "down", "up", "down"):
        compose.move_block(*where(world, issue), "a", to=to, edit=Edit(NOW))

    assert len(lines(world, issue)) == 4
    assert [undo(world, issue) for _ in range(2)] == ["ab", "ba"]
    assert world.session.scalar(select(func.count()).select_from(IssueVersion)) == 4
