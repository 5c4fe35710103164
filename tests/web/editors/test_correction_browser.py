"""A correction in a real browser: by keyboard, without JavaScript, small, at night."""

from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser

from database.session import Database
from newsletter import worker
from newsletter.dispatch import mailings
from newsletter.jobs.context import Context
from newsletter.settings import Settings
from newsletter.staff import sign_in
from newsletter.staff.models import StaffRole
from newsletter.staff.people import OPERATOR, add_staff
from subscribers.tokens import Signer
from tests.newsletter.issues.world import ONLY_AMBTENAREN, World
from tests.web.editors.conftest import CHIEF
from tests.web.editors.test_browser import come_in, now, press
from tests.web.looks import assert_well_made, looked_at

TEXT = "Het was donderdag, niet dinsdag."


@dataclass
class Sent:
    """A desk whose issue 42 went out, in two editions, to three readers."""

    served: str
    way_in: str
    context: Context

    def work(self) -> None:
        worker.run_once(self.context)

    def at(self, path: str) -> str:
        return f"{self.served}{path}"


@pytest.fixture
def sent(settings: Settings, sqlite_database: Database, served: str) -> Sent:
    url = sqlite_database.engine.url.render_as_string(hide_password=False)
    own = replace(settings, base_url=served, database_url=url)
    with sqlite_database.write.begin() as session:
        world = World(session, own)
        world.issue(
            {"kind": "foreword", "text": "Beste {naam}, welkom."},
            {"kind": "story", "story": "soep"},
            {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN},
            editions=[{"partner": "lpb", "foreword": "Dag {naam}."}],
        )
        world.reader("anna", roles=["wijkambtenaar"])
        world.reader("ben", partners=[world.lpb])
        world.reader("cleo")
        staff = add_staff(
            session, email=CHIEF, role=StaffRole.CHIEF, by=OPERATOR, now=now()
        )
        secret = sign_in.make_link(session, staff, now=now())
    mailings.start_now_or_at(sqlite_database, own, 42, by=OPERATOR, at=None, now=now())
    made = Sent(
        served,
        f"{served}/desk/sign-in/{secret}",
        Context(sqlite_database, own, Signer(own.signing_keys()), now),
    )
    made.work()
    return made


def test_it_needs_no_mouse(chromium: Browser, sent: Sent) -> None:
    context = chromium.new_context(locale="nl-NL")
    page = context.new_page()
    come_in(page, sent.way_in)
    page.goto(sent.at("/desk/issues/42/receipt"))

    press(page, "Rectificatie sturen")
    page.get_by_role("heading", name="Rectificatie bij nummer 42").wait_for()
    while page.evaluate("document.activeElement.name") != "item":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # from the foreword to the story
    page.keyboard.press("Tab")
    page.keyboard.type(TEXT)
    press(page, "Bekijk de mail")
    shown = page.frame_locator("iframe")
    shown.get_by_text(TEXT, exact=True).wait_for()  # without asking for it
    press(page, "Verstuur aan 3 lezers")
    page.get_by_role("heading", name="wordt verstuurd").wait_for()
    sent.work()
    page.get_by_role("heading", name="Rectificatie bij nummer 42: verstuurd").wait_for()
    context.close()


def test_it_needs_no_javascript(chromium: Browser, sent: Sent) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL")
    page = context.new_page()
    come_in(page, sent.way_in)

    page.goto(sent.at("/desk/issues/42/correct"))
    page.get_by_label("De buurttafel").check()
    page.get_by_label("Hoe zit het wel?").fill(TEXT)
    page.get_by_role("button", name="Bekijk de mail").click()
    page.get_by_label("Editie").select_option(label="LPB")
    page.get_by_role("button", name="Licht").click()
    page.frame_locator("iframe").get_by_text("LPB-editie", exact=True).wait_for()
    page.get_by_role("button", name="Wijzig het").click()
    assert page.get_by_label("Hoe zit het wel?").input_value() == TEXT
    assert page.get_by_label("De buurttafel").is_checked()
    page.get_by_role("button", name="Bekijk de mail").click()
    page.get_by_role("button", name="Verstuur aan 3 lezers").click()
    page.get_by_role("heading", name="wordt verstuurd").wait_for()
    context.close()


def test_every_page_of_it_is_accessible_and_fits(
    chromium: Browser, axe: str, sent: Sent
) -> None:
    context = looked_at(chromium, axe)
    page = context.new_page()
    come_in(page, sent.way_in)

    page.goto(sent.at("/desk/issues/42/correct"))
    assert_well_made(page, iframes=False)
    page.get_by_label("De buurttafel").check()
    page.get_by_label("Hoe zit het wel?").fill("   ")
    with page.expect_navigation():
        page.get_by_role("button", name="Bekijk de mail").click()
    page.get_by_text("in hooguit").wait_for()
    assert_well_made(page, iframes=False)
    page.get_by_label("Hoe zit het wel?").fill(TEXT)
    page.get_by_role("button", name="Bekijk de mail").click()
    page.frame_locator("iframe").get_by_text(TEXT, exact=True).wait_for()
    assert_well_made(page, iframes=False)
    page.get_by_role("button", name="Verstuur aan 3 lezers").click()
    page.get_by_role("heading", name="wordt verstuurd").wait_for()
    sent.work()
    for path in (
        "/desk/issues/42/corrections/1/progress",
        "/desk/issues/42/receipt",
        "/desk/issues/42/correct",
        "/issues/42",
        "/issues/42/base",
        "/issues/42/correction-1",
        "/stories/soep",
    ):
        page.goto(sent.at(path))
        assert_well_made(page, iframes=False)
    context.close()
