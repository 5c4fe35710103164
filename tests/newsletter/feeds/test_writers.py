"""What others read of us: the rules of RFC 4287, RSS 2.0 and JSON Feed 1.1."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import feedparser
import pytest

from newsletter.feeds import WRITERS, Entry, Feed, Picture

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"

TABLE = Entry(
    id="https://post.example.nl/stories/tafel",
    url="https://post.example.nl/stories/tafel",
    title="De tafel & de <stoep>",
    summary="Elke donderdag\x00 staat er een tafel buiten.",
    html='<p>Elke donderdag staat er een <a href="https://a.nl/?a=1&amp;b">tafel</a>'
    " buiten.]]&gt;</p>",
    published=NOW - timedelta(days=3),
    updated=NOW - timedelta(days=1),
    authors=("Anna de Vries", "Ben"),
    tags=("ontmoeten",),
    picture=Picture("https://post.example.nl/media/a.png", "image/png", 1234),
    language="nl",
    rights="Overnemen mag met naam en link.",
)
TEASER = Entry(
    id="https://lpb.example/stukken/1",
    url="https://lpb.example/stukken/1",
    title="Tussen balie en buurt",
    summary="Een wijkambtenaar vertelt.",
    html=None,
    published=NOW - timedelta(days=5),
    updated=NOW - timedelta(days=5),
)
FEED = Feed(
    title="Buurtwijs voor LPB",
    description="Verhalen uit de buurt",
    language="nl",
    author="Buurtwijs",
    page_url="https://post.example.nl/issues/",
    url="https://post.example.nl/feeds/partners/x.atom",
    id="https://post.example.nl/feeds/partners/x",
    updated=NOW,
    entries=(TABLE, TEASER),
    logo_url="https://post.example.nl/logo.png",
    rights="Overnemen mag.",
)
EMPTY = replace(FEED, entries=())


@pytest.mark.parametrize("feed", [FEED, EMPTY], ids=["two", "empty"])
@pytest.mark.parametrize("ending", ["atom", "rss"])
def test_feedparser_finds_nothing_wrong(ending, feed):
    writer = WRITERS[ending]

    read = feedparser.parse(
        writer.write(feed), response_headers={"content-type": writer.mime}
    )

    assert read.bozo == 0
    assert [entry.title for entry in read.entries] == [
        one.title for one in feed.entries
    ]
    assert [entry.link for entry in read.entries] == [one.url for one in feed.entries]


@pytest.mark.parametrize("ending", WRITERS)
def test_the_same_values_give_the_same_bytes(ending):
    assert WRITERS[ending].write(FEED) == WRITERS[ending].write(FEED)


def test_atom_keeps_the_rules_of_rfc_4287():
    root = ElementTree.fromstring(WRITERS["atom"].write(FEED))

    assert root.tag == f"{ATOM}feed"
    for holder in [root, *root.iter(f"{ATOM}entry")]:
        for name in ("id", "title", "updated"):  # 4.1.1, 4.1.2: exactly one of each
            assert len(holder.findall(f"{ATOM}{name}")) == 1, name
        for moment in ("updated", "published"):  # 3.3: RFC 3339, with a zone
            for found in holder.findall(f"{ATOM}{moment}"):
                assert re.fullmatch(
                    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.]\d+)?(Z|[+-]\d\d:\d\d)",
                    found.text or "",
                )
        # At most one alternate of a type and language; what has no rel is one.
        links = [link.get("rel", "alternate") for link in holder.iter(f"{ATOM}link")]
        assert links.count("alternate") == (1 if holder is not root else 3)
    ids = [found.text for found in root.findall(f"{ATOM}entry/{ATOM}id")]
    assert len(set(ids)) == len(ids)
    assert root.find(f"{ATOM}link[@rel='self']").get("href") == FEED.url
    # 4.1.1: an author for the feed, or one in every entry.
    assert root.find(f"{ATOM}author/{ATOM}name").text == "Buurtwijs"
    whole, teaser = root.findall(f"{ATOM}entry")
    assert whole.find(f"{ATOM}content").get("type") == "html"
    assert whole.find(f"{ATOM}content").text == TABLE.html
    assert [one.text for one in whole.findall(f"{ATOM}author/{ATOM}name")] == [
        *TABLE.authors
    ]
    assert whole.find(f"{ATOM}link[@rel='enclosure']").get("length") == "1234"
    assert teaser.find(f"{ATOM}content") is None
    assert teaser.find(f"{ATOM}summary").text == TEASER.summary
    assert root.find(f"{ATOM}updated").text == TABLE.updated.isoformat()


def test_rss_keeps_the_rules_of_2_0():
    root = ElementTree.fromstring(WRITERS["rss"].write(FEED))

    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root.findall("channel")
    for name in ("title", "link", "description"):
        assert len(channel.findall(name)) == 1
    assert channel.find("link").text == FEED.page_url
    assert channel.find("image/url").text == FEED.logo_url
    assert channel.find("image/link").text == channel.find("link").text
    for moment in [channel.find("lastBuildDate"), *channel.iter("pubDate")]:
        assert parsedate_to_datetime(moment.text).tzinfo is not None
    whole, teaser = channel.findall("item")
    assert whole.find("guid").get("isPermaLink") == "true"
    assert whole.find("enclosure").attrib == {
        "url": TABLE.picture.url,
        "length": "1234",
        "type": "image/png",
    }
    assert whole.find(CONTENT).text == TABLE.html
    assert [one.text for one in whole.findall(CREATOR)] == [*TABLE.authors]
    assert whole.find("author") is None
    assert teaser.find(CONTENT) is None
    assert [one.text for one in teaser.findall(CREATOR)] == ["Buurtwijs"]


def test_json_feed_keeps_the_rules_of_1_1():
    document = json.loads(WRITERS["json"].write(FEED))

    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["title"]
    assert isinstance(document["items"], list)
    assert document["feed_url"] == FEED.url
    assert "author" not in document  # of version 1.0
    for item in document["items"]:
        assert isinstance(item["id"], str)
        assert ("content_html" in item) != ("content_text" in item)
        for moment in ("date_published", "date_modified"):
            assert datetime.fromisoformat(item[moment]).tzinfo is not None
        for author in item.get("authors", []):
            assert author["name"]
    whole, teaser = document["items"]
    assert whole["content_html"] == TABLE.html
    assert whole["image"] == TABLE.picture.url
    assert teaser["content_text"] == TEASER.summary


def test_a_lone_surrogate_and_control_signs_spoil_no_feed():
    odd = replace(FEED, entries=(replace(TABLE, title="a\ud800b\x1fc\x0b"),))

    for ending in ("atom", "rss"):
        assert feedparser.parse(WRITERS[ending].write(odd)).entries[0].title == "abc"
    assert json.loads(WRITERS["json"].write(odd))["items"][0]["title"]
