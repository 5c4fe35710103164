"""``buurtpost library``."""

import json
from pathlib import Path

import pytest

from tests.newsletter.cli.conftest import Command
from tests.newsletter.library.word_files import paragraph, word
from tests.newsletter.pictures import picture
from tests.stand_ins.web import Reply, WebStandIn


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_text_is_added_linked_listed_and_shown(
    buurtpost: Command, tmp_path: Path
) -> None:
    story = write(
        tmp_path, "De Buurttafel.txt", "De buurttafel\n\nElke donderdag soep."
    )
    write(tmp_path, "tafel.png", picture(300, 200))
    method = write(
        tmp_path,
        "werken.md",
        "---\ntitle: Werken met wat er is\nkind: method\nimage: tafel.png\n"
        "alt: Een tafel\nregions: Deventer\n---\nBegin bij wat iemand kan.",
    )

    added = buurtpost("library", "add", story, "--region", "GM0150")
    assert (added.exit_code, added.stdout) == (0, "de-buurttafel\n")
    assert buurtpost("library", "add", method).stdout == "werken\n"
    linked = buurtpost(
        *("library", "link", "de-buurttafel", "werken"),
        *("--relation", "uses-method", "--why", "Begon met een tafel en een pan."),
    )
    assert (linked.exit_code, linked.output) == (0, "")

    listed = buurtpost("library", "list", "WERKEN").stdout
    assert listed == "werken\tmethod\tWerken met wat er is\n"
    shown = json.loads(buurtpost("library", "show", "werken", "--json").stdout)
    assert shown["regions"] == ["GM0150"]
    assert shown["alt"] == "Een tafel"
    assert shown["image"].endswith(".png")
    assert shown["links"] == [
        {
            "story": "de-buurttafel",
            "knowledge": "werken",
            "relation": "uses-method",
            "why": "Begon met een tafel en een pan.",
        }
    ]
    assert (
        "Elke donderdag soep." in buurtpost("library", "show", "de-buurttafel").stdout
    )
    assert buurtpost("library", "unlink", "de-buurttafel", "werken").exit_code == 0
    assert json.loads(buurtpost("library", "list", "--kind", "story", "--json").stdout)


def test_the_list_is_searched_and_narrowed(buurtpost: Command, tmp_path: Path) -> None:
    write(
        tmp_path,
        "soep.md",
        "---\ntitle: Soep op de stoep\nthemes: eten, straat\npeople: Anna de Vries\n"
        "regions: Deventer\nsource: De Stentor\nlicence: CC BY 4.0\n---\nVerhalen.",
    )
    write(tmp_path, "anders.txt", "Iets anders\n\nHeel iets anders.")
    for name in ("soep.md", "anders.txt"):
        buurtpost("library", "add", tmp_path / name)

    def listed(*narrowed: str) -> list[str]:
        answer = buurtpost("library", "list", *narrowed)
        assert answer.exit_code == 0, answer.stderr
        return [line.split("\t")[0] for line in answer.stdout.splitlines()]

    assert listed() == ["anders", "soep"]
    assert listed("--search", "verhaal") == ["soep"]
    assert listed("--theme", "Eten") == ["soep"]
    assert listed("--region", "Overijssel") == ["soep"]
    assert listed("--person", "vries") == ["soep"]
    assert listed("stentor", "--never-used") == ["soep"]
    assert listed("--unseen") == []
    assert listed("--issue", "42") == []
    shown = json.loads(buurtpost("library", "show", "soep", "--json").stdout)
    assert (shown["source"], shown["licence"]) == ("De Stentor", "CC BY 4.0")
    assert shown["uses"] == []
    unknown = buurtpost("library", "list", "--partner", "nobody")
    assert (unknown.exit_code, "nobody" in unknown.stderr) == (1, True)


def test_an_existing_slug_needs_replace(buurtpost: Command, tmp_path: Path) -> None:
    file = write(tmp_path, "soep.txt", "Soep\n\nEerst.")
    buurtpost("library", "add", file)
    write(tmp_path, "soep.txt", "Soep\n\nDaarna.")

    refused = buurtpost("library", "add", file)
    assert refused.exit_code == 1
    assert "'soep'" in refused.stderr
    assert "--replace" in refused.stderr
    assert "Eerst." in buurtpost("library", "show", "soep").stdout

    assert buurtpost("library", "add", file, "--replace").exit_code == 0
    assert "Daarna." in buurtpost("library", "show", "soep").stdout


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.pdf", b"%PDF", "end in .md, .html, .txt or .docx"),
        ("a.docx", b"PK", "is not a Word document"),
        ("a.txt", b"Titel\0", "is not a text"),
        ("a.txt", b"Titel\n" + b"woord " * 9_000_000, "larger than 2 MB"),
        ("a.txt", "", "has no title"),
        ("a.html", "<title>A</title>" + "<div>" * 10_000, "inside each other"),
        ("a.md", "---\ntitle: A\ndate: gisteren\n---\n", "line 3, date"),
        ("a.md", "---\ntitle: A\nregions: Bergen\n---\n", "Write which one"),
        ("a.md", "---\ntitle: A\nurl: javascript:alert(1)\n---\n", "not a web address"),
        ("a.md", "---\ntitle: A\npartner: nobody\n---\n", "no partner 'nobody'"),
        ("a.md", "---\ntitle: A\nlanguage: xx\n---\n", "language 'xx'"),
        ("a.md", "---\ntitle: A\nimage: a.md\n---\n", "not a picture"),
        ("!.txt", "Titel", "--slug"),
    ],
)
def test_a_file_that_cannot_be_a_piece_is_one_sentence_and_exit_1(
    buurtpost: Command, tmp_path: Path, name: str, text: str | bytes, words: str
) -> None:
    refused = buurtpost("library", "add", write(tmp_path, name, text))

    assert refused.exit_code == 1
    assert words in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert buurtpost("library", "list").stdout == ""


def test_an_address_of_a_file_is_refused_with_what_can_be_read(
    buurtpost: Command,
) -> None:
    refused = buurtpost("library", "add", "file:///etc/hosts.txt")

    assert refused.exit_code == 1
    assert "is a web address" in refused.stderr
    assert ".md, .html, .txt or .docx" in refused.stderr


def test_a_piece_has_a_history_and_two_can_become_one(
    buurtpost: Command, tmp_path: Path
) -> None:
    for words in ("Eerst prei.", "Daarna pompoen."):
        file = write(tmp_path, "soep.txt", f"Soep\n\n{words}")
        buurtpost("library", "add", file, "--replace")
    buurtpost("library", "add", write(tmp_path, "soep-2.txt", "Soep\n\nDubbel."))

    assert buurtpost("library", "restore", "soep", "1").exit_code == 0
    assert "Eerst prei." in buurtpost("library", "show", "soep").stdout
    assert buurtpost("library", "restore", "soep", "9").exit_code == 1

    merged = buurtpost("library", "merge", "soep", "soep-2", "--by", "operator")
    assert (merged.exit_code, merged.stdout) == (0, "soep\n")
    assert "Eerst prei." in buurtpost("library", "show", "soep-2").stdout
    history = json.loads(buurtpost("library", "versions", "soep", "--json").stdout)
    assert [(one["version"], one["kind"], one["by"]) for one in history] == [
        (4, "double", "operator"),
        (3, "restored", "operator"),
        (2, "changed", "operator"),
        (1, "added", "operator"),
    ]
    lines = buurtpost("library", "versions", "soep").stdout.splitlines()
    assert lines[1].endswith("restored 1\tsummary, body")
    assert buurtpost("library", "merge", "soep", "soep").exit_code == 1


def test_a_word_document_and_a_page_are_added(
    buurtpost: Command, tmp_path: Path
) -> None:
    file = write(
        tmp_path, "tafel.docx", word(paragraph("De tafel"), paragraph("Soep."))
    )
    assert buurtpost("library", "add", file).stdout == "tafel\n"
    assert "Soep." in buurtpost("library", "show", "tafel").stdout

    page = Reply(
        body=b"<title>Soep op de stoep</title><p>Elke donderdag staat er een tafel "
        b"buiten waar iedereen kan aanschuiven.</p><img src='x'>",
        headers=(("Content-Type", "text/html"),),
    )
    with WebStandIn({"/soep": page}) as web:
        refused = buurtpost("library", "add", f"{web.url}/soep")
        assert (refused.exit_code, "private network" in refused.stderr) == (1, True)
        added = buurtpost(
            "library", "add", f"{web.url}/soep", BUURTPOST_FETCH_ALLOW="127.0.0.0/8"
        )

    assert added.stdout == "soep-op-de-stoep\n"
    shown = json.loads(
        buurtpost("library", "show", "soep-op-de-stoep", "--json").stdout
    )
    assert (shown["url"], shown["body"]) == (f"{web.url}/soep", "")


def test_an_unknown_kind_or_relation_is_wrong_usage(buurtpost: Command) -> None:
    assert buurtpost("library", "add", "a.txt", "--kind", "poem").exit_code == 2
    wrong = buurtpost("library", "link", "a", "b", "--relation", "likes", "--why", "x")
    assert wrong.exit_code == 2


def test_an_unknown_piece_names_what_may_have_been_meant(
    buurtpost: Command, tmp_path: Path
) -> None:
    buurtpost("library", "add", write(tmp_path, "soep.txt", "Soep"))

    refused = buurtpost("library", "show", "soup")

    assert refused.exit_code == 1
    assert "Did you mean 'soep'?" in refused.stderr
