import json
from pathlib import Path
from typing import Any

import pytest

from tests.newsletter.cli.conftest import Command
from tests.newsletter.pictures import picture

ISSUE: dict[str, Any] = {
    "number": 42,
    "list": "buurtwijs",
    "subject": "Beginnen zonder plan",
    "blocks": [
        {"kind": "foreword", "text": "Beste {naam}"},
        {"kind": "story", "story": "soep"},
    ],
    "editions": [{"partner": "lpb", "foreword": "Dag LPB"}],
}


@pytest.fixture
def desk(buurtpost: Command, tmp_path: Path) -> Command:
    """A list, a partner and one story."""
    (tmp_path / "logo.png").write_bytes(picture())
    (tmp_path / "soep.txt").write_text("De buurttafel\n\nElke donderdag soep.\n")
    for arguments in (
        (
            *("lists", "add", "buurtwijs", "--name", "Buurtwijs"),
            *("--sender", "Stichting Buurtwijs", "--from", "post@buurtwijs.example"),
            *("--postal-address", "Postbus 1, Utrecht"),
        ),
        (
            *("partners", "add", "lpb", "--name", "LPB"),
            *("--logo", tmp_path / "logo.png", "--colour", "#0b5c85"),
        ),
        ("library", "add", tmp_path / "soep.txt"),
    ):
        done = buurtpost(*arguments)
        assert done.exit_code == 0, done.output
    return buurtpost


def saved(folder: Path, document: object) -> Path:
    path = folder / "42.json"
    path.write_text(json.dumps(document))
    return path


def test_an_issue_is_imported_shown_rendered_and_exported(
    desk: Command, tmp_path: Path
) -> None:
    imported = desk("issues", "import", saved(tmp_path, ISSUE))
    shown = desk("issues", "show", 42)
    rendered = desk("issues", "render", 42, "--to", tmp_path / "out", "--json")
    exported = desk("issues", "export", 42, tmp_path / "42")
    again = desk("issues", "import", tmp_path / "42")

    assert imported.stdout == "Issue 42: 2 blocks, edition lpb.\n"
    assert "A  base: 0 readers, everyone, 2 blocks" in shown.stdout
    manifest = json.loads(rendered.stdout)
    assert [variant["key"] for variant in manifest["variants"]] == ["base"]
    assert "De buurttafel" in (tmp_path / "out" / "base.txt").read_text()
    assert exported.exit_code == 0
    assert again.stdout == imported.stdout
    assert [
        row["number"] for row in json.loads(desk("issues", "list", "--json").stdout)
    ]


def test_a_waiver_is_kept_for_a_story_in_the_issue(
    desk: Command, tmp_path: Path
) -> None:
    desk("issues", "import", saved(tmp_path, ISSUE))

    waived = desk("issues", "waive", 42, "soep", "--why", "Hier is niets over bekend.")
    refused = desk("issues", "waive", 42, "taart", "--why", "Zomaar.")

    assert waived.exit_code == 0
    assert refused.exit_code == 1
    assert refused.stderr == "Issue 42 has no story 'taart'. It has: soep.\n"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"blocks": [{"kind": "story", "story": "soap"}]},
            "Block story-1: There is no piece 'soap' in the library. Did you mean",
        ),
        (
            {"blocks": [{"kind": "divider", "only": {"shoe": "43"}}]},
            "Block divider-1: only: There is no segment field 'shoe'.",
        ),
        (
            {
                "blocks": [
                    {"kind": "divider", "id": "x"},
                    {"kind": "divider", "id": "x"},
                ]
            },
            "Block x: two blocks have this id.",
        ),
        (
            {"subject": "a\r\nBcc: iedereen@example.nl"},
            "The issue's subject must be one",
        ),
    ],
)
def test_a_refused_import_is_one_sentence_and_changes_nothing(
    desk: Command, tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    desk("issues", "import", saved(tmp_path, ISSUE))
    before = desk("issues", "show", 42, "--json").stdout

    refused = desk("issues", "import", saved(tmp_path, {**ISSUE, **change}))

    assert refused.exit_code == 1
    assert refused.stderr.startswith(sentence)
    assert refused.stderr.count("\n") == 1
    assert desk("issues", "show", 42, "--json").stdout == before


def test_stories_of_a_refused_folder_are_not_kept(
    desk: Command, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "nieuw.md").write_text("# Nieuw\n\nEr was eens.\n")
    (folder / "issue.json").write_text(
        json.dumps({**ISSUE, "blocks": [{"kind": "story", "story": "weg"}]})
    )

    assert desk("issues", "import", folder).exit_code == 1

    assert "nieuw" not in desk("library", "list").stdout


HOSTILE = (
    "<p>open <b>niet dicht<p>{{ 7 * 7 }} {% raw %} {naam} buurtpost-slot-leave-url-end"
    "<script>alert(1)</script></mj-text></mj-raw></mjml><mj-include path='/etc/passwd'>"
)


def test_hostile_text_is_rendered_as_text(desk: Command, tmp_path: Path) -> None:
    (tmp_path / "boos.html").write_text(f"<title>{{{{ 7*7 }}}} boos</title>{HOSTILE}")
    assert desk("library", "add", tmp_path / "boos.html").exit_code == 0
    blocks = [
        {"kind": "story", "story": "boos", "teaser": HOSTILE},
        {"kind": "text", "text": HOSTILE},
        {"kind": "foreword", "text": HOSTILE},
        {"kind": "quotation", "text": HOSTILE, "who": "<b>"},
        {"kind": "button", "text": HOSTILE[:60], "url": "https://example.org/?a=1&b=2"},
    ]
    document = {**ISSUE, "subject": HOSTILE[:150], "blocks": blocks}
    assert desk("issues", "import", saved(tmp_path, document)).exit_code == 0

    rendered = desk("issues", "render", 42, "--to", tmp_path / "out")

    assert rendered.exit_code == 0, rendered.stderr
    html = (tmp_path / "out" / "base.html").read_text()
    assert "{{ 7*7 }} boos" in html
    assert "49" not in (tmp_path / "out" / "base.txt").read_text()
    assert "<script" not in html
    assert "root:" not in html
    assert "unsubscribe/example" in html


def test_a_text_too_long_to_render_is_refused_before_anything_is_written(
    desk: Command, tmp_path: Path
) -> None:
    blocks = [*ISSUE["blocks"], {"kind": "text", "text": "woord " * 100_000}]
    desk("issues", "import", saved(tmp_path, {**ISSUE, "blocks": blocks}))

    refused = desk("issues", "render", 42, "--to", tmp_path / "out")

    assert refused.exit_code == 1
    assert refused.stderr.startswith("Block text-1: This text has 599,999 characters")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments", [("show", 7), ("render", 7, "--to", "x"), ("export", 7, "x")]
)
def test_an_unknown_issue_is_a_sentence(desk: Command, arguments: Any) -> None:
    refused = desk("issues", *arguments)

    assert refused.exit_code == 1
    assert refused.stderr == "There is no issue 7. There are: none yet.\n"


def test_an_issue_is_approved_by_staff_and_by_link(
    desk: Command, tmp_path: Path
) -> None:
    assert desk("issues", "import", saved(tmp_path, ISSUE)).exit_code == 0
    bo = "bo@buurtwijs.example"
    assert desk("staff", "add", bo, "--role", "editor").exit_code == 0

    invited = desk("issues", "invite", "42", "jan@lpb.example")
    approved = desk("issues", "approve", "42", "--by", bo)
    found = json.loads(desk("issues", "approvals", "42", "--json").stdout)

    assert "jan@lpb.example is on its way" in invited.stdout
    assert f"Issue 42 is approved by {bo} for 0 readers" in approved.stdout
    [given] = found["approvals"]
    assert (given["by"], given["stands"], given["changes"]) == (bo, True, [])
    assert [link["email"] for link in found["links"]] == ["jan@lpb.example"]

    shorter = {**ISSUE, "blocks": ISSUE["blocks"][:1]}
    assert desk("issues", "import", saved(tmp_path, shorter)).exit_code == 0
    said = desk("issues", "approvals", "42").stdout
    assert f"{bo}: void" in said
    assert "(story-1) was taken out." in said

    assert desk("issues", "uninvite", "42", "jan@lpb.example").exit_code == 0
    assert desk("issues", "uninvite", "42", "jan@lpb.example").exit_code == 1
    assert desk("issues", "approve", "42", "--by", bo, "--withdraw").exit_code == 0


def test_what_preflight_blocks_nobody_approves(desk: Command, tmp_path: Path) -> None:
    desk("issues", "import", saved(tmp_path, {**ISSUE, "subject": ""}))

    refused = desk("issues", "approve", "42")

    assert refused.exit_code == 1
    assert "[subject] Er is geen onderwerp." in refused.stderr
    assert (
        json.loads(desk("issues", "approvals", "42", "--json").stdout)["approvals"]
        == []
    )
