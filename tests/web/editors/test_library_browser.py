"""Library and exchange when there is much to show: on a phone, at night."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from database.session import Database
from newsletter.elsewhere.models import LinkLook
from newsletter.exchange import withdrawing
from newsletter.exchange.feeds import add_feed, note_trouble
from newsletter.exchange.intake import store
from newsletter.exchange.reading import Document
from newsletter.exchange.troubles import Trouble
from newsletter.library.bodies import Format
from newsletter.library.models import ItemKind
from newsletter.library.stories import add_item, find_item
from newsletter.partners.partners import find_partner
from newsletter.settings import Settings
from newsletter.sharing.addresses import make_feed
from tests.conftest import NOW
from tests.newsletter.exchange.test_matching import entry
from tests.web.editors.test_browser import come_in
from tests.web.looks import PHONE_AT_NIGHT, assert_well_made, looked_at

DEAD = "https://weg.example/stuk"
PAGES = (
    "/desk/stories/?q=tafel&used=never&region=Deventer",
    "/desk/stories/?region=Bergen",
    "/desk/stories/new",
    "/desk/stories/soep",
    "/desk/stories/soep?find=tafel",
    "/desk/stories/soep/versions",
    "/desk/stories/soep/versions/1",
    "/desk/stories/soep/doubles",
    "/desk/exchange/",
    "/desk/exchange/pieces/van-ons",
    "/desk/exchange/partners/lpb",
)


@pytest.fixture
def busy(way_in: str, settings: Settings, sqlite_database: Database) -> str:
    """A way in to a desk with a feed that fails, a changed source, a withdrawn piece
    and a dead link."""
    with sqlite_database.write.begin() as session:
        for slug, kind in (("soep", ItemKind.STORY), ("tafels", ItemKind.THEORY)):
            add_item(
                session,
                settings,
                slug=slug,
                kind=kind,
                title=f"Samen aan tafel ({slug})",
                body=f"Bewoners en vertrouwen, [aan tafel]({DEAD}).",
                format=Format.MARKDOWN,
                regions=["Deventer"],
                themes=["eten"],
                replace=slug == "soep",
                now=NOW,
            )
        session.add(
            LinkLook(url=DEAD, status=404, looked_at=NOW, failing_since=NOW, problem="")
        )
        feed = add_feed(session, url="https://lpb.example/feed", partner="lpb", now=NOW)
        first, second = entry(1, 1, 1), entry(2, 2, 2)
        first = replace(first, title="Van ons")
        store(session, settings, feed, Document("LPB", (first, second)), now=NOW)
        find_item(session, "van-ons").title = "Van ons, anders"
        changed = replace(first, title="Van hen")
        store(session, settings, feed, Document("LPB", (changed, second)), now=NOW)
        withdrawing.withdraw(find_item(session, "t2"), now=NOW)
        note_trouble(feed, Trouble.NOT_FOUND, "404", wait=None, now=NOW)
        make_feed(session, find_partner(session, "lpb"), now=NOW)
    return way_in


def test_every_page_of_a_busy_library_is_accessible_and_fits(
    chromium: Browser, axe: str, busy: str, served: str
) -> None:
    context = looked_at(chromium, axe)
    page = context.new_page()
    come_in(page, busy)
    for path in PAGES:
        answer = page.goto(served + path)

        assert answer is not None
        assert answer.ok
        assert_well_made(page, looks=(PHONE_AT_NIGHT,), iframes=False)
    context.close()
