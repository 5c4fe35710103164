"""What a partner gets from us: only what may go, until its address is revoked."""

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient

from database.session import Database
from newsletter.exchange.prints import remember
from newsletter.library.stories import find_item
from newsletter.partners.partners import find_partner
from newsletter.partners.terms import Terms, Text
from newsletter.sharing.addresses import make_feed, revoke_feeds, token_of
from tests.conftest import NOW
from tests.factories import ANNA, a_list, a_partner, a_reader
from tests.web.mailed import a_mailing, an_issue, an_item
from web.session import House

BODY = "<p>Elke donderdag zetten we met zijn allen een heel lange tafel op straat.</p>"


@pytest.fixture(autouse=True)
def shared(database: Database) -> None:
    """Number 42 carried one story of ours, one of LPB and one of Wijk."""
    with database.write.begin() as session:
        mailing_list = a_list(session)
        a_partner(session)
        a_partner(session, "wijk")
        anna = a_reader(session, mailing_list, ANNA)
        an_item(session, "soep", body=BODY, themes=["eten"])
        an_item(session, "nog-niet-geplaatst")
        for slug in ("lpb", "wijk"):
            an_item(
                session,
                f"van-{slug}",
                partner=find_partner(session, slug),
                url=f"https://{slug}.example/1",
            )
        sent = an_issue(session, mailing_list, stories=("soep", "van-lpb", "van-wijk"))
        a_mailing(session, sent, [(anna, "base")], keys=("base",))


@pytest.fixture
def path(app: Flask, database: Database) -> str:
    """The address of LPB's feed, without its ending."""
    with database.write.begin() as session:
        out = make_feed(session, find_partner(session, "lpb"), now=NOW)
        return f"/feeds/partners/{token_of(signer(app), out)}"


def signer(app: Flask):
    house: House = app.extensions["buurtpost"]
    return house.signer


def titles(client: FlaskClient, path: str) -> list[str]:
    return [one["title"] for one in client.get(f"{path}.json").json["items"]]


@pytest.mark.parametrize("ending", ["atom", "rss"])
def test_a_partner_reads_our_stories_with_credit_logo_and_address(client, path, ending):
    answer = client.get(f"{path}.{ending}")
    feed = feedparser.parse(
        answer.data, response_headers={"content-type": answer.content_type}
    )

    assert feed.bozo == 0
    assert feed.feed.title == "Buurtwijs voor LPB"
    (entry,) = feed.entries
    assert entry.link == entry.id == "https://post.example.nl/stories/soep"
    assert entry.author == "Buurtwijs"
    assert BODY in entry.content[0].value
    assert "Bron: Buurtwijs" in entry.content[0].value
    logo = feed.feed.image.href if ending == "rss" else feed.feed.logo
    assert client.get(logo).data.startswith(b"\x89PNG")


def test_a_partner_gets_json_too(client: FlaskClient, path: str):
    document = client.get(f"{path}.json").json

    assert document["version"].endswith("1.1")
    assert document["feed_url"] == f"https://post.example.nl{path}.json"
    (item,) = document["items"]
    assert item["authors"] == [{"name": "Buurtwijs"}]
    assert "Bron: Buurtwijs" in item["content_html"]


def test_nothing_new_is_not_modified(client: FlaskClient, path: str):
    first = client.get(f"{path}.atom")
    again = client.get(f"{path}.atom", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")


def test_a_partners_piece_is_passed_on_to_another_when_its_terms_say_so(
    client: FlaskClient, database: Database, path: str
):
    terms = Terms(pass_on=True, text=Text.TEASER)
    with database.write.begin() as session:
        find_partner(session, "wijk").terms = terms.to_document()
        find_partner(session, "lpb").terms = terms.to_document()

    _, passed_on = client.get(f"{path}.json").json["items"]

    assert passed_on["url"] == "https://wijk.example/1"
    assert passed_on["authors"] == [{"name": "WIJK"}]
    # The beginning is all that may be shown.
    assert passed_on["content_html"].startswith("<p>Kort over van-wijk.</p>\n<p>")
    assert "Bron: WIJK" in passed_on["content_html"]


@pytest.mark.parametrize(
    "terms",
    [
        Terms(pass_on=True, not_for=frozenset({"lpb"})),
        Terms(pass_on=True, until=NOW.date().replace(day=1)),
    ],
)
def test_what_may_not_go_to_a_partner_does_not(client, database, path, terms):
    with database.write.begin() as session:
        find_item(session, "soep").terms = terms.to_document()
        find_partner(session, "wijk").terms = terms.to_document()

    assert titles(client, path) == []


def test_what_was_withdrawn_is_in_no_feed(client, database, path):
    with database.write.begin() as session:
        find_item(session, "soep").withdrawn_at = NOW

    assert titles(client, path) == []


def test_a_partners_own_text_never_goes_back_as_ours(client, database, path):
    with database.write.begin() as session:
        find_item(session, "van-lpb").body = BODY
        theirs = find_item(session, "van-lpb")
        theirs.title = "Soep"
        remember(session, [theirs], now=NOW)

    assert titles(client, path) == []


def test_an_address_that_was_revoked_opens_no_more(client, app, database, path):
    with database.write.begin() as session:
        assert revoke_feeds(session, find_partner(session, "lpb"), now=NOW) == 1
        again = make_feed(session, find_partner(session, "lpb"), now=NOW)
        new = f"/feeds/partners/{token_of(signer(app), again)}"

    assert client.get(f"{path}.atom").status_code == 404
    assert client.get(f"{new}.atom").status_code == 200
    for wrong in ("x", path.rpartition("/")[2][:-2] + "aa"):
        assert client.get(f"/feeds/partners/{wrong}.rss").status_code == 404


def test_the_address_is_kept_from_search_engines_and_other_sites(client, path):
    headers = client.get(f"{path}.atom").headers

    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "private, no-cache"


def test_a_story_of_ours_can_be_taken_over_as_clean_html(client: FlaskClient):
    assert "/stories/soep/republish" in client.get("/stories/soep").text
    page = client.get("/stories/soep/republish").text

    assert "&lt;h1&gt;Soep&lt;/h1&gt;" in page
    assert "Bron: Buurtwijs" in page
    assert "https://post.example.nl/stories/soep" in page


@pytest.mark.parametrize("slug", ["van-lpb", "nog-niet-geplaatst", "nergens"])
def test_what_is_not_ours_or_not_published_is_not_given_away(client, slug):
    assert client.get(f"/stories/{slug}/republish").status_code == 404


@pytest.mark.parametrize(
    ("terms", "withdrawn", "says"),
    [
        (Terms(text=Text.TEASER), False, "Kort over van-lpb"),
        (Terms(until=NOW.date().replace(day=1)), False, "staat hier niet meer"),
        (Terms(), True, "staat hier niet meer"),
    ],
)
def test_a_page_shows_no_more_than_the_terms_allow(
    client, database, terms, withdrawn, says
):
    with database.write.begin() as session:
        find_partner(session, "lpb").terms = terms.to_document()
        if withdrawn:
            find_item(session, "van-lpb").withdrawn_at = NOW

    page = client.get("/stories/van-lpb").text

    assert says in page
    assert "Het hele stuk" not in page
    assert "https://lpb.example/1" in page
