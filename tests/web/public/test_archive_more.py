"""The archive for programs and passers-by: search, feeds, cards, calendars."""

import io
import json
from datetime import UTC, datetime

import feedparser
import icalendar
import pytest
from flask.testing import FlaskClient
from lxml import etree
from lxml import html as lxml_html
from PIL import Image

from database.session import Database
from newsletter.archive.cards import Card, draw
from newsletter.dispatch.states import MailingState
from newsletter.library.index import index_item
from newsletter.library.models import ItemKind
from newsletter.settings import Settings
from tests.conftest import NOW
from tests.factories import a_list
from tests.web.mailed import a_correction, a_link, a_mailing, an_issue, an_item

BASE = "https://post.example.nl"
EVENT = {
    "id": "event-1",
    "kind": "event",
    "title": "Soep & plannen",
    "start": "2026-12-03T19:30",
    "place": "De Kring; Deventer",
}


@pytest.fixture(autouse=True)
def archive(database: Database) -> None:
    """42 went out with a story and an event; 43 is a draft, 41 reached nobody."""
    with database.write.begin() as session:
        mailing_list = a_list(session)
        soup = an_item(session, "soep", title="De buurttafel", body="<p>Soep.</p>")
        theory = an_item(
            session, "ontmoeten", title="De derde plek", kind=ItemKind.THEORY
        )
        draft = an_item(session, "later", title="Nog een buurttafel")
        gone = an_item(session, "terug", title="Teruggetrokken tafel", withdrawn_at=NOW)
        for item in (soup, theory, draft, gone):
            index_item(session, item)
        a_link(session, soup, theory)
        sent = an_issue(session, mailing_list, stories=("soep", "terug"))
        sent.blocks = [*sent.blocks, EVENT]
        mailing = a_mailing(session, sent)
        a_correction(session, mailing, "base")
        waiting = an_issue(session, mailing_list, number=43, stories=("later",))
        waiting.blocks = [*waiting.blocks, EVENT]
        stopped = an_issue(session, mailing_list, number=41, stories=("later",))
        stopped.blocks = [*stopped.blocks, EVENT]
        a_mailing(session, stopped, state=MailingState.CANCELLED)


def properties(page: str) -> dict[str, str]:
    metas = lxml_html.document_fromstring(page).xpath("//meta[@property]")
    return {meta.get("property"): meta.get("content") for meta in metas}


# --- search ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("buurttafels", ["/stories/soep"]),
        ("BUURT", ["/stories/soep"]),
        ("derde", ["/stories/ontmoeten"]),
        ("straten", ["/issues/42"]),
        ("teruggetrokken", []),
        ("xyzzy", []),
        ("???", []),
    ],
)
def test_what_was_sent_is_found_by_its_stems_and_nothing_else(
    client: FlaskClient, asked: str, found: list[str]
) -> None:
    page = client.get("/issues/", query_string={"q": asked}).text

    root = lxml_html.document_fromstring(page)
    assert root.xpath("//ul[@class='pieces']//h3/a/@href") == found
    assert ("Niets gevonden" in page) is (found == [])


def test_a_question_comes_back_as_text(client: FlaskClient) -> None:
    page = client.get("/issues/", query_string={"q": '"><script>x</script>'}).text

    assert "<script>x" not in page
    assert 'name="robots" content="noindex"' in page


# --- feeds -------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_the_feed_of_issues_is_read_by_a_feed_reader(
    client: FlaskClient, form: str
) -> None:
    answer = client.get(f"/feeds/issues.{form}")

    feed = feedparser.parse(answer.data)
    assert not feed.bozo
    (entry,) = feed.entries
    assert entry.title == "Beste lezer, soep voor de straat"
    assert entry.link == f"{BASE}/issues/42"
    said = entry.content[0].value
    assert f'<a href="{BASE}/stories/soep">De buurttafel</a>' in said
    assert "Rectificatie: Soep" in said
    assert "Teruggetrokken" not in said


def test_the_json_feed_tells_the_same(client: FlaskClient) -> None:
    feed = json.loads(client.get("/feeds/issues.json").data)

    assert feed["feed_url"] == f"{BASE}/feeds/issues.json"
    assert [item["url"] for item in feed["items"]] == [f"{BASE}/issues/42"]


def test_who_has_the_feed_is_not_sent_it_again(client: FlaskClient) -> None:
    first = client.get("/feeds/issues.atom")
    again = client.get(
        "/feeds/issues.atom", headers={"If-None-Match": first.headers["ETag"]}
    )

    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["Cache-Control"] == "public, max-age=300"


def test_an_unknown_form_of_feed_is_not_there(client: FlaskClient) -> None:
    assert client.get("/feeds/issues.exe").status_code == 404


def test_the_sitemap_has_what_everybody_may_read(client: FlaskClient) -> None:
    listed = etree.fromstring(client.get("/sitemap.xml").data)

    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    addresses = listed.xpath("//s:loc/text()", namespaces=space)
    assert addresses == [
        f"{BASE}{path}"
        for path in (
            *("/", "/issues/", "/subscribe", "/privacy"),
            *("/issues/42", "/issues/42/base", "/stories/ontmoeten", "/stories/soep"),
        )
    ]
    assert all(
        client.get(one.removeprefix(BASE)).status_code == 200 for one in addresses
    )
    assert f"Sitemap: {BASE}/sitemap.xml" in client.get("/robots.txt").text


# --- cards and sharing -------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/issues/42", "/issues/42"),
        ("/issues/42/base", "/issues/42/base"),
        ("/stories/soep", "/stories/soep"),
        ("/stories/ontmoeten", "/stories/ontmoeten"),
    ],
)
def test_a_shared_page_shows_itself_with_a_card(
    client: FlaskClient, path: str, canonical: str
) -> None:
    page = client.get(path).text

    root = lxml_html.document_fromstring(page)
    said = properties(page)
    assert root.xpath("//link[@rel='canonical']/@href") == [BASE + canonical]
    assert said["og:url"] == BASE + canonical
    with client.get(said["og:image"].removeprefix(BASE)) as card:
        data = card.data
    with Image.open(io.BytesIO(data)) as drawn:
        assert drawn.size == (1200, 630)
    assert len(data) < 100_000


def test_a_card_is_drawn_once(client: FlaskClient, settings: Settings) -> None:
    first = properties(client.get("/stories/soep").text)["og:image"]
    (settings.media / first.rpartition("/")[2]).unlink()
    again = properties(client.get("/stories/soep").text)["og:image"]

    assert again == first
    assert (settings.media / again.rpartition("/")[2]).is_file()


@pytest.mark.parametrize(
    "title",
    ["", "Soep", "één 🌱 שלום", "Woord " * 80, "Arbeidsongeschiktheids" * 12],
)
def test_any_title_fits_on_a_card(title: str) -> None:
    assert draw(Card("Nummer 1", title, "Buurtwijs"))[:4] == b"\x89PNG"


def test_a_page_is_passed_on_by_links_that_tell_nobody_before(
    client: FlaskClient,
) -> None:
    page = client.get("/stories/soep").text

    links = lxml_html.document_fromstring(page).xpath("//nav[@class='share']//a/@href")
    assert [link.partition(":")[0] for link in links] == ["mailto"] + ["https"] * 3
    assert all("post.example.nl/stories/soep" in link for link in links)
    assert "<script" not in page


# --- calendars ---------------------------------------------------------------------


def test_an_event_goes_into_ones_calendar(client: FlaskClient) -> None:
    answer = client.get("/issues/42/events/event-1.ics")

    assert answer.headers["Content-Type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.data)
    (event,) = calendar.walk("VEVENT")
    assert event["summary"] == "Soep & plannen"
    assert event["location"] == "De Kring; Deventer"
    assert event.decoded("dtstart") == datetime(2026, 12, 3, 18, 30, tzinfo=UTC)
    assert event.decoded("dtend") == datetime(2026, 12, 3, 20, 30, tzinfo=UTC)
    assert str(event["uid"]) == "42-event-1@post.example.nl"
    assert client.get("/issues/42/events/event-1.ics").data == answer.data


@pytest.mark.parametrize(
    "path",
    [
        "/issues/43/events/event-1.ics",
        "/issues/41/events/event-1.ics",
        "/issues/42/events/story-0.ics",
        "/issues/42/events/nergens.ics",
        "/issues/7/events/event-1.ics",
    ],
)
def test_what_was_not_sent_or_is_no_event_has_no_calendar(
    client: FlaskClient, path: str
) -> None:
    assert client.get(path).status_code == 404
