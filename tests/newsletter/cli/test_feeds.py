"""``buurtpost feeds``: added, asked, looked at, decided."""

import json
from collections.abc import Iterator

import pytest

from tests.newsletter.cli.conftest import Command
from tests.newsletter.exchange.conftest import item, rss
from tests.newsletter.pictures import picture
from tests.stand_ins.web import Reply, WebStandIn

ALLOW = {"BUURTPOST_FETCH_ALLOW": "127.0.0.0/8"}


@pytest.fixture
def web(buurtpost: Command, tmp_path) -> Iterator[WebStandIn]:
    (tmp_path / "logo.png").write_bytes(picture())
    buurtpost(
        *("partners", "add", "lpb", "--name", "LPB", "--colour", "#005ea2"),
        *("--logo", tmp_path / "logo.png"),
    )
    with WebStandIn({"/2": Reply(410)}) as web:
        web.pages["/feed"] = Reply(200, rss(item(1), _soon_gone(web)))
        yield web


def _soon_gone(web: WebStandIn) -> str:
    return item(2, url=f"{web.url}/2")


def test_a_feed_is_added_asked_and_its_changes_decided(buurtpost, web, tmp_path):
    url = f"{web.url}/feed"
    assert buurtpost("feeds", "add", url, "--partner", "lpb").exit_code == 0

    (polled,) = json.loads(buurtpost("feeds", "poll", "--json", **ALLOW).stdout)[
        "feeds"
    ]
    assert (polled["state"], polled["new"], polled["health"]) == ("read", 2, "well")
    assert polled["bytes"] == len(rss(item(1), _soon_gone(web)))
    listed = json.loads(
        buurtpost("library", "list", "--partner", "lpb", "--json").stdout
    )
    assert {one["slug"] for one in listed} == {"verhaal-1", "verhaal-2"}

    issue = {
        "number": 1,
        "list": "buurtwijs",
        "subject": "Een",
        "preheader": "Twee",
        "language": "nl",
        "blocks": [{"kind": "story", "story": "verhaal-1"}],
    }
    buurtpost(
        *("lists", "add", "buurtwijs", "--name", "B", "--sender", "S"),
        *("--from", "a@b.example", "--postal-address", "Straat 1, 1234 AB Dorp"),
    )
    file = tmp_path / "issue.json"
    file.write_text(json.dumps(issue))
    assert buurtpost("issues", "import", file).exit_code == 0
    web.pages["/feed"] = Reply(200, rss(item(1, title="Beter")))
    said = buurtpost("feeds", "poll", **ALLOW).stdout
    assert "1 changed" in said

    changed = json.loads(buurtpost("feeds", "changed", "--json").stdout)
    assert changed["changed"] == [
        {"slug": "verhaal-1", "title": "Verhaal 1", "fields": ["title"]}
    ]
    assert [one["slug"] for one in changed["withdrawn"]] == ["verhaal-2"]
    assert buurtpost("feeds", "take-over", "verhaal-1").exit_code == 0
    assert "Beter" in buurtpost("library", "show", "verhaal-1").stdout
    twice = buurtpost("feeds", "keep-ours", "verhaal-1")
    assert (twice.exit_code, "nothing to decide" in twice.stderr) == (1, True)


def test_what_is_wrong_is_one_sentence_and_exit_1(buurtpost: Command, web):
    url = f"{web.url}/feed"
    buurtpost("feeds", "add", url, "--partner", "lpb")
    for arguments, words in (
        (("add", url, "--partner", "lpb"), "is a feed of LPB already"),
        (("add", "ftp://x", "--partner", "lpb"), "is not a web address"),
        (("add", "https://x.example", "--partner", "wat"), "There is no partner"),
        (("stop", "https://x.example"), "There is no feed"),
        (("poll",), "None of the feeds could be read"),  # a private network
        (("take-over", "niets"), "There is no piece"),
    ):
        refused = buurtpost("feeds", *arguments)

        assert refused.exit_code == 1
        assert words in refused.stderr


def test_the_list_says_how_each_feed_is_doing(buurtpost: Command, web):
    url = f"{web.url}/gone"
    buurtpost("feeds", "add", url, "--partner", "lpb")
    buurtpost("feeds", "poll", **ALLOW)

    (feed,) = json.loads(buurtpost("feeds", "list", "--json").stdout)
    assert (feed["health"], feed["failures"], feed["succeeded"]) == ("failing", 1, None)
    assert "Ask the partner" in feed["todo"]
    line = buurtpost("feeds", "list").stdout
    assert "failing" in line
    assert "next try" in line


def test_a_worker_asks_a_feed_that_was_added(buurtpost: Command, web):
    buurtpost("feeds", "add", f"{web.url}/feed", "--partner", "lpb")

    assert buurtpost("worker", "--once", **ALLOW).exit_code == 0

    assert "verhaal-1" in buurtpost("library", "list", "--partner", "lpb").stdout
