"""The desk's Exchange: feeds and how they do, changes decided, terms, feeds given."""

import pytest

from database.session import Database
from newsletter.exchange.feeds import add_feed, note_trouble
from newsletter.exchange.intake import store
from newsletter.exchange.models import PartnerFeed
from newsletter.exchange.reading import Document
from newsletter.exchange.troubles import Trouble
from newsletter.library.stories import find_item
from newsletter.partners.partners import find_partner
from newsletter.partners.terms import Text, read_terms
from newsletter.settings import Settings
from newsletter.staff.models import StaffRole
from tests.conftest import NOW
from tests.factories import audit_lines
from tests.newsletter.exchange.test_matching import entry
from tests.newsletter.issues.world import World
from tests.web.editors.conftest import EDITOR, Desk

FEED = "https://lpb.example/feed"


@pytest.fixture
def came_in(database: Database, settings: Settings) -> None:
    """A piece of LPB's stands in an issue, and then its source changed its title."""
    with database.write.begin() as session:
        world = World(session, settings)
        feed = add_feed(session, url=FEED, partner="lpb", now=NOW)
        store(session, settings, feed, Document("LPB", (entry(1, 1, 1),)), now=NOW)
        world.issue({"kind": "story", "story": "t1"})
        store(session, settings, feed, Document("LPB", (entry(1, 1, 2),)), now=NOW)


def test_an_editor_adds_a_feed_and_a_worker_is_told(
    sign_in_as, database: Database, settings: Settings
):
    with database.write.begin() as session:
        World(session, settings)
    desk: Desk = sign_in_as(EDITOR, StaffRole.EDITOR)
    assert "Nog geen feeds" in desk.get("/desk/exchange/").text

    page = desk.follow("/desk/exchange/feeds", url=FEED, partner="lpb")

    assert FEED in page.text
    assert "binnen een minuut" in page.text
    wrong = desk.post("/desk/exchange/feeds", url="lpb", partner="lpb")
    assert wrong.status_code == 422
    assert 'value="lpb"' in wrong.text  # what was typed is kept
    with database.read() as session:
        (line,) = audit_lines(session, "partner lpb")
        assert (line.by, line.note) == (EDITOR, "feed added")


def test_a_feed_that_fails_says_why_and_what_to_do(desk: Desk, came_in, database):
    with database.write.begin() as session:
        feed = session.query(PartnerFeed).one()
        note_trouble(feed, Trouble.NOT_FOUND, "404", wait=None, now=NOW)

    page = desk.get("/desk/exchange/").text

    assert "één keer mislukt" in page
    assert "Op dit adres staat niets (status 404)." in page
    assert "Vraag de partner naar het nieuwe adres." in page
    assert (
        "binnen een minuut" in desk.follow("/desk/exchange/feeds/start", url=FEED).text
    )
    assert "gestopt" in desk.follow("/desk/exchange/feeds/stop", url=FEED).text
    assert desk.post("/desk/exchange/feeds/stop", url="x").status_code == 404


@pytest.mark.parametrize(("act", "title"), [("take", "t2"), ("keep", "t1")])
def test_a_changed_source_is_shown_and_decided(desk, came_in, database, act, title):
    assert "bron veranderd" in desk.get("/desk/exchange/").text
    page = desk.get("/desk/exchange/pieces/t1").text
    assert "<del>t1</del><ins>t2</ins>" in page

    after = desk.follow(f"/desk/exchange/pieces/t1/{act}")

    assert "bron veranderd" not in after.text
    with database.read() as session:
        assert find_item(session, "t1").title == title
    assert desk.post(f"/desk/exchange/pieces/t1/{act}").status_code == 409


def test_a_withdrawn_piece_can_be_given_back(desk: Desk, came_in):
    page = desk.follow("/desk/exchange/pieces/t1/withdraw").text
    assert "ingetrokken" in page
    check = desk.get("/desk/issues/42/check").text
    assert "ingetrokken door LPB" in check

    assert "ingetrokken" not in desk.follow("/desk/exchange/pieces/t1/give-back").text


def test_terms_are_kept_and_what_is_wrong_is_said(desk: Desk, came_in, database):
    path = "/desk/exchange/partners/lpb"
    page = desk.follow(path, text="teaser", until="2027-01-31", pass_on="yes")
    assert "Bewaard" in page.text
    with database.read() as session:
        terms = read_terms(find_partner(session, "lpb").terms)
        assert (terms.text, terms.headline_may_change) == (Text.TEASER, False)
        assert terms.pass_on

    refused = desk.post(path, text="half")
    assert refused.status_code == 422
    assert desk.get("/desk/exchange/partners/nobody").status_code == 404


def test_a_partner_is_given_a_feed_and_it_is_closed_again(desk: Desk, came_in, client):
    path = "/desk/exchange/partners/lpb"
    page = desk.follow(f"{path}/feed/make").text
    address = page.partition("<code>")[2].partition("</code>")[0]
    assert address.endswith(".atom")
    local = address.removeprefix("https://post.example.nl")
    assert client.get(local).status_code == 200

    assert "<code>" not in desk.follow(f"{path}/feed/revoke").text
    assert client.get(local).status_code == 404
