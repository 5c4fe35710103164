"""``buurtpost partners``."""

import json
from pathlib import Path

import pytest

from tests.newsletter.cli.conftest import Command
from tests.newsletter.pictures import picture


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    path = tmp_path / "logo.png"
    path.write_bytes(picture())
    return path


def test_a_partner_is_added_with_logo_and_colour(
    buurtpost: Command, logo: Path
) -> None:
    added = buurtpost(
        *("partners", "add", "lpb", "--name", "LPB", "--logo", logo),
        *("--colour", "#005ea2", "--from", "post@lpb.example"),
    )

    assert (added.exit_code, added.stdout, added.stderr) == (0, "lpb\n", "")
    (partner,) = json.loads(buurtpost("partners", "list", "--json").stdout)
    assert partner["name"] == "LPB"
    assert partner["colour"] == partner["shown_colour"] == "#005ea2"
    assert partner["from"] == "post@lpb.example"


def test_a_colour_that_is_hard_to_read_is_told_with_its_nearest_shade(
    buurtpost: Command, logo: Path
) -> None:
    added = buurtpost(
        *("partners", "add", "lpb", "--name", "LPB", "--logo", logo),
        *("--colour", "#ffcc00"),
    )

    assert added.exit_code == 0
    assert "#ffcc00 has a contrast of 1.5 on white" in added.stderr
    assert "#907300 is used" in added.stderr
    assert "lpb\tLPB\t#ffcc00" in buurtpost("partners", "list").stdout


def test_what_is_wrong_is_one_sentence_and_exit_1(
    buurtpost: Command, logo: Path, tmp_path: Path
) -> None:
    drawing = tmp_path / "logo.svg"
    drawing.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    cases = [
        (logo, "blue", "is not a colour"),
        (drawing, "#005ea2", "SVG"),
        (tmp_path / "none.png", "#005ea2", "No such file"),
        (tmp_path, "#005ea2", "Is a directory"),
    ]
    for file, colour, words in cases:
        refused = buurtpost(
            *("partners", "add", "lpb", "--name", "LPB", "--logo", file),
            *("--colour", colour),
        )

        assert refused.exit_code == 1
        assert words in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert buurtpost("partners", "list").stdout == ""


def test_a_logo_for_dark_screens_is_given_at_once_or_later(
    buurtpost: Command, logo: Path, tmp_path: Path
) -> None:
    dark = tmp_path / "dark.png"
    dark.write_bytes(picture(80, 40))
    both = ("--logo", logo, "--logo-dark", dark)
    buurtpost(
        *("partners", "add", "lpb", "--name", "LPB", "--colour", "#005ea2", *both)
    )
    buurtpost(
        *("partners", "add", "wijk", "--name", "Wijk", "--colour", "#005ea2"),
        *("--logo", logo),
    )

    given = buurtpost("partners", "logos", "wijk", "--logo-dark", dark)

    assert given.exit_code == 0
    known = json.loads(buurtpost("partners", "list", "--json").stdout)
    assert {one["logo_dark"] for one in known} == {known[0]["logo_dark"]} != {None}
    assert known[0]["logo"] == known[1]["logo"]
    assert buurtpost("partners", "logos", "wijk").exit_code == 2
