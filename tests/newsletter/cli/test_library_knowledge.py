"""``buurtpost library suggest`` and ``check``."""

import json
from pathlib import Path

from tests.newsletter.cli.conftest import Command
from tests.stand_ins.web import Reply, WebStandIn

STORY = "---\nthemes: eten\n---\nBewoners ontmoeten elkaar bij de soep."
METHOD = "---\nkind: method\nthemes: eten\n---\nSoep voor elke bewoner."


def test_suggestions_say_why_and_link_nothing(
    buurtpost: Command, tmp_path: Path
) -> None:
    (tmp_path / "tafel.md").write_text(STORY)
    (tmp_path / "koken.md").write_text(METHOD)
    for name in ("tafel", "koken"):
        buurtpost("library", "add", tmp_path / f"{name}.md")

    said = buurtpost("library", "suggest", "tafel").stdout
    document = json.loads(buurtpost("library", "suggest", "koken", "--json").stdout)

    assert said.startswith("koken\tmethod\t")
    assert "shares the themes: eten; the words: soep, bewoners" in said
    assert [one["slug"] for one in document] == ["tafel"]
    assert (
        json.loads(buurtpost("library", "show", "tafel", "--json").stdout)["links"]
        == []
    )
    unknown = buurtpost("library", "suggest", "tafels")
    assert (unknown.exit_code, "Did you mean 'tafel'?" in unknown.stderr) == (1, True)


def test_dead_links_are_found_listed_and_shown(
    buurtpost: Command, tmp_path: Path
) -> None:
    with WebStandIn({"/goed": Reply(200), "/stuk": Reply(500)}) as web:
        for name in ("goed", "weg", "stuk"):
            (tmp_path / f"{name}.md").write_text(
                f"# {name}\n\n[Hier]({web.url}/{name})"
            )
            buurtpost("library", "add", tmp_path / f"{name}.md")

        checked = buurtpost("library", "check", BUURTPOST_FETCH_ALLOW="127.0.0.0/8")
        one = buurtpost("library", "check", "goed", BUURTPOST_FETCH_ALLOW="127.0.0.0/8")

    assert checked.exit_code == one.exit_code == 0
    assert f"weg\t{web.url}/weg answers 404, since " in checked.stdout
    assert f"{web.url}/stuk gives no answer; after 3 days" in checked.stdout
    assert "3 links looked at, 1 dead." in checked.stderr
    assert "1 links looked at, 0 dead." in one.stderr
    assert (
        buurtpost("library", "list", "--dead-links").stdout
        == "weg\tstory\tweg\tdead link\n"
    )
    assert (
        f"dead link: {web.url}/weg answers 404"
        in buurtpost("library", "show", "weg").stdout
    )
    shown = json.loads(buurtpost("library", "list", "--json").stdout)
    assert {one["slug"]: len(one["dead_links"]) for one in shown} == {
        "goed": 0,
        "weg": 1,
        "stuk": 0,
    }
