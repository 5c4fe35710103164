"""Composing by command: what a page does, a command does too."""

import json
from pathlib import Path

import pytest

from tests.newsletter.cli.conftest import Command
from tests.newsletter.cli.test_issues import ISSUE, desk, saved

__all__ = ["desk"]


@pytest.fixture
def forty_two(desk: Command, tmp_path: Path) -> Command:
    extra = {"after": "story-1", "block": {"kind": "divider", "id": "own"}}
    editions = [{**ISSUE["editions"][0], "blocks": [extra]}]
    done = desk("issues", "import", saved(tmp_path, {**ISSUE, "editions": editions}))
    assert done.exit_code == 0, done.output
    return desk


def test_blocks_are_moved_copied_hidden_and_removed(forty_two: Command) -> None:
    for command, said in (
        ("move story-1 up", "story-1, foreword-1, own"),
        ("move story-1 2", "foreword-1, story-1, own"),
        ("copy story-1", "foreword-1, story-1, story-2, own"),
        ("hide story-2", "foreword-1, story-1, story-2 (hidden), own"),
        ("unhide story-2", "foreword-1, story-1, story-2, own"),
        ("remove story-2", "foreword-1, story-1, own"),
        ("hide own", "foreword-1, story-1, own (hidden)"),
        ("move own up", "foreword-1, story-1, own (hidden)"),
    ):
        name, *rest = command.split()
        done = forty_two("issues", "block", name, 42, *rest)
        assert done.stdout == f"Issue 42: {said}.\n", done.output

    refused = forty_two("issues", "block", "hide", 42, "nergens")
    assert refused.exit_code == 1
    assert "no block nergens" in refused.stderr
    assert forty_two("issues", "block", "move", 42, "own", "sideways").exit_code == 2


def test_the_history_is_read_and_stepped_through(forty_two: Command) -> None:
    forty_two("issues", "block", "remove", 42, "story-1")
    lines = json.loads(forty_two("issues", "history", 42, "--json").stdout)
    assert [line["change"] for line in lines] == ["removed", "imported"]

    assert "removed story-1 by operator" in forty_two("issues", "undo", 42).stdout
    assert "removed story-1 by operator" in forty_two("issues", "redo", 42).stdout
    first = lines[-1]["version"]
    done = forty_two("issues", "restore", 42, first)
    assert done.stdout == f"Issue 42 is as it was in version {first}.\n"
    assert "story-1" in forty_two("issues", "show", 42).stdout
    assert "restored" in forty_two("issues", "history", 42).stdout
    assert "has no version 99" in forty_two("issues", "restore", 42, 99).stderr


def test_an_issue_is_begun_from_another_or_a_template(forty_two: Command) -> None:
    assert forty_two("issues", "new", "--like", 42).stdout == "Issue 43: 2 blocks.\n"
    kept = forty_two("issues", "template", "keep", 42, "Maand")
    assert kept.stdout == "Template Maand: 2 blocks.\n"
    begun = forty_two("issues", "new", "--template", "maand", "--number", 50)
    assert begun.stdout == "Issue 50: 2 blocks.\n"
    empty = forty_two("issues", "new", "--list", "buurtwijs")
    assert empty.stdout == "Issue 51: 0 blocks.\n"

    listed = json.loads(forty_two("issues", "template", "list", "--json").stdout)
    assert [(one["name"], one["by"]) for one in listed] == [("Maand", "operator")]
    assert "Maand" in forty_two("issues", "template", "list").stdout
    forty_two("issues", "template", "remove", "Maand")
    assert "No templates yet" in forty_two("issues", "template", "list").stdout
    gone = forty_two("issues", "new", "--template", "Maand")
    assert "There is no template 'Maand'" in gone.stderr
    assert forty_two("issues", "new").exit_code == 2


def test_versions_stand_beside_blocks(forty_two: Command) -> None:
    said = forty_two("issues", "matrix", 42).stdout
    found = json.loads(forty_two("issues", "matrix", 42, "--json").stdout)

    assert said.splitlines()[0].split() == ["A", "readers"]
    assert "own         .  0" in said
    assert [one["id"] for one in found["blocks"]] == ["foreword-1", "story-1", "own"]
    assert found["variants"][0]["more"] == []


def test_somebody_is_told_what_they_would_get(forty_two: Command) -> None:
    anybody = forty_two("issues", "seen", 42)
    agreed = forty_two("issues", "seen", 42, "--partner", "lpb", "--json")
    nobody = forty_two("issues", "seen", 42, "--role", "koning")
    forty_two("issues", "block", "hide", 42, "story-1")
    nothing = forty_two("issues", "seen", 42, "--region", "gm0080")

    assert anybody.stdout == "base: foreword-1, story-1\n"
    assert json.loads(agreed.stdout)["blocks"] == ["foreword-1", "story-1", "own"]
    assert "There is no role 'koning'" in nobody.stderr
    assert (nothing.exit_code, "they get no mail" in nothing.stderr) == (1, True)
