"""The feed of stories: what went out, newest first, as far as terms let everybody."""

import json
from datetime import timedelta

import feedparser
import pytest
from flask.testing import FlaskClient
from lxml import html as lxml_html

from database.session import Database
from newsletter.library.index import index_item
from newsletter.library.models import ItemKind
from newsletter.library.stories import find_item
from newsletter.partners.partners import find_partner
from newsletter.partners.terms import Terms, Text
from tests.conftest import NOW
from tests.factories import a_list, a_partner
from tests.web.mailed import a_link, a_mailing, an_issue, an_item

BASE = "https://post.example.nl"
LATER = NOW + timedelta(days=30)


@pytest.fixture(autouse=True)
def shared(database: Database) -> None:
    """Number 42 carried *soep*, 43 *brood*, *van-lpb* and *soep* again; 44 waits."""
    with database.write.begin() as session:
        mailing_list = a_list(session)
        a_partner(session)
        soup = an_item(session, "soep", updated_at=LATER + timedelta(days=1))
        an_item(session, "brood", licence="CC BY 4.0")
        an_item(session, "later")
        theory = an_item(session, "theorie", kind=ItemKind.THEORY)
        a_link(session, soup, theory)
        theirs = an_item(
            session,
            "van-lpb",
            partner=find_partner(session, "lpb"),
            url="https://lpb.example/1",
        )
        index_item(session, theirs)
        first = an_issue(session, mailing_list, stories=("soep", "theorie"))
        a_mailing(session, first)
        second = an_issue(
            session, mailing_list, number=43, stories=("brood", "van-lpb", "soep")
        )
        a_mailing(session, second).frozen_at = LATER
        an_issue(session, mailing_list, number=44, stories=("later",))


def entries(client: FlaskClient) -> dict[str, dict[str, str]]:
    feed = json.loads(client.get("/feeds/stories.json").data)
    return {one["title"]: one for one in feed["items"]}


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_feed_reader_gets_each_story_once_the_newest_first(
    client: FlaskClient, form: str
) -> None:
    answer = client.get(f"/feeds/stories.{form}")
    feed = feedparser.parse(
        answer.data, response_headers={"content-type": answer.content_type}
    )

    assert feed.bozo == 0
    assert feed.feed.title == "Buurtwijs: verhalen"
    assert [one.link for one in feed.entries] == [
        f"{BASE}/stories/brood",
        "https://lpb.example/1",
        f"{BASE}/stories/soep",
    ]
    *_, soup = feed.entries
    assert soup.published_parsed[:3] == NOW.timetuple()[:3]
    assert soup.content[0].value.startswith("<p>Het hele stuk.</p>")
    assert "Bron: Buurtwijs" in soup.content[0].value


def test_what_may_be_done_with_a_story_is_said(client: FlaskClient) -> None:
    said = {title: one.get("_rights") for title, one in entries(client).items()}

    assert said == {
        "Brood": {"about": "CC BY 4.0"},
        "Soep": {
            "about": "Overnemen mag, met de naam Buurtwijs en een link naar het "
            "verhaal."
        },
        "Van lpb": None,
    }


@pytest.mark.parametrize(
    ("slug", "terms", "shown"),
    [
        ("van-lpb", Terms(), "the beginning"),
        ("van-lpb", Terms(pass_on=True), "the whole"),
        ("van-lpb", Terms(pass_on=True, text=Text.TEASER), "the beginning"),
        ("van-lpb", Terms(until=NOW.date() - timedelta(days=9)), "nothing"),
        ("soep", Terms(not_for=frozenset({"lpb"})), "the beginning"),
    ],
)
def test_terms_say_how_much_of_a_story_everybody_gets(
    client: FlaskClient, database: Database, slug: str, terms: Terms, shown: str
) -> None:
    with database.write.begin() as session:
        item = find_item(session, slug)
        item.terms = terms.to_document()
        title = item.title

    found = entries(client).get(title)

    if shown == "nothing":
        assert found is None
    else:
        assert found
        begins = "Het hele stuk" if shown == "the whole" else "Kort over"
        assert found["content_html"].startswith(f"<p>{begins}")


def test_a_partners_story_bears_its_badge_and_leads_to_the_partner(
    client: FlaskClient, database: Database
) -> None:
    with database.write.begin() as session:
        partner = find_partner(session, "lpb")
        partner.terms = Terms(pass_on=True).to_document()
        logo = partner.logo

    found = entries(client)["Van lpb"]

    badge = lxml_html.fromstring(found["content_html"]).xpath("//p")[-1]
    assert badge.text_content().strip().startswith("Bron: LPB · Van lpb")
    assert badge.xpath("img/@src") == [f"{BASE}/media/{logo}"]
    assert found["url"] == "https://lpb.example/1"
    assert found["authors"] == [{"name": "LPB"}]


def test_what_was_withdrawn_is_gone(client: FlaskClient, database: Database) -> None:
    with database.write.begin() as session:
        find_item(session, "soep").withdrawn_at = NOW

    assert list(entries(client)) == ["Brood", "Van lpb"]
    assert "Soep</a>" not in client.get("/issues/42").text


@pytest.mark.parametrize("path", ["/", "/issues/", "/issues/42", "/stories/soep"])
def test_a_feed_reader_finds_both_feeds_on_every_page(
    client: FlaskClient, path: str
) -> None:
    root = lxml_html.document_fromstring(client.get(path).text)

    found = root.xpath("//link[@rel='alternate']/@href")
    assert found == [
        f"/feeds/{name}.{form}"
        for name in ("issues", "stories")
        for form in ("atom", "rss", "json")
    ]
    for address in found:
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "path", ["/stories/van-lpb", "/issues/43", "/issues/?q=lpb", "/stories/theorie"]
)
def test_the_same_badge_stands_wherever_a_partners_story_does(
    client: FlaskClient, path: str
) -> None:
    root = lxml_html.document_fromstring(client.get(path).text)

    badges = [
        one.text_content().strip() for one in root.xpath("//*[@class='source-badge']")
    ]
    assert badges == ([] if path == "/stories/theorie" else ["Bron: LPB"])
