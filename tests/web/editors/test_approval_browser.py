"""Four eyes in a real browser: by keyboard, without JavaScript, small, at night."""

from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from database.session import Database
from newsletter.correspondence.models import ServiceMail
from newsletter.issues.compose import find_issue
from newsletter.settings import Settings
from newsletter.staff import sign_in
from newsletter.staff.models import StaffRole
from newsletter.staff.people import OPERATOR, add_staff
from newsletter.workflow import links
from subscribers.tokens import Signer
from tests.newsletter.issues.world import ONLY_AMBTENAREN, World
from tests.web.editors.conftest import CHIEF
from tests.web.editors.test_browser import come_in, now, press
from tests.web.looks import assert_well_made, looked_at

HERE = "/desk/issues/42/approval"


@dataclass
class Asked:
    served: str
    way_in: str
    database: Database
    settings: Settings

    def link(self) -> str:
        """What the latest mail leads to."""
        with self.database.read() as session:
            mails = session.scalars(select(ServiceMail).order_by(ServiceMail.id.desc()))
            path = str(next(iter(mails)).values["url"]).partition("/approve/")[2]
        return f"{self.served}/approve/{path}"

    def change(self) -> None:
        with self.database.write.begin() as session:
            find_issue(session, 42).subject = "Iets anders"


@pytest.fixture
def asked(settings: Settings, sqlite_database: Database, served: str) -> Asked:
    """Somebody with a link to issue 42, in two versions and an edition."""
    with sqlite_database.write.begin() as session:
        world = World(session, settings)
        issue = world.issue(
            {"kind": "foreword", "text": "Beste {naam}, welkom."},
            {"kind": "story", "story": "soep"},
            {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN},
            editions=[{"partner": "lpb", "foreword": "Dag {naam}."}],
            preheader="Drie keer soep.",
        )
        world.reader("anna", roles=["wijkambtenaar"])
        world.reader("ben", partners=[world.lpb])
        world.reader("cleo")
        staff = add_staff(
            session, email=CHIEF, role=StaffRole.CHIEF, by=OPERATOR, now=now()
        )
        secret = sign_in.make_link(session, staff, now=now())
        links.invite(
            session,
            replace(settings, base_url=served),
            Signer(settings.signing_keys()),
            issue,
            email="jan@lpb.example",
            language="nl",
            by=CHIEF,
            now=now(),
        )
    way_in = f"{served}/desk/sign-in/{secret}"
    return Asked(served, way_in, sqlite_database, settings)


def test_a_partner_looks_remarks_and_approves_by_keyboard_without_javascript(
    chromium: Browser, asked: Asked
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL")
    page = context.new_page()
    page.goto(asked.link())

    press(page, "Versie B")
    page.wait_for_url("**variant=*")
    press(page, "Telefoon")
    page.wait_for_url("**view=phone*")
    page.frame_locator("iframe").get_by_text("De buurttafel").first.wait_for()
    press(page, "Verhaal: De buurttafel")
    page.keyboard.press("Tab")
    page.keyboard.type("Mag de kop korter?")
    press(page, "Akkoord")
    page.get_by_text("Je hebt akkoord gegeven.").wait_for()
    page.get_by_text("1 opmerking").wait_for()
    asked.change()
    page.reload()
    page.get_by_text("Het onderwerp is veranderd.").wait_for()

    come_in(page, asked.way_in)
    page.goto(f"{asked.served}{HERE}")
    page.get_by_text("Het onderwerp is veranderd.").wait_for()
    page.get_by_text("Mag de kop korter?", exact=True).wait_for()
    press(page, "Klaar")
    page.get_by_text("1 opmerking is klaar").wait_for()
    press(page, "Intrekken")
    page.get_by_text("De link werkt niet meer.").wait_for()
    context.close()


def test_both_sides_are_accessible_and_fit(
    chromium: Browser, axe: str, asked: Asked
) -> None:
    context = looked_at(chromium, axe)
    page = context.new_page()

    page.goto(asked.link())
    assert_well_made(page, iframes=False)
    page.get_by_text("Verhaal: De buurttafel", exact=True).click()
    page.get_by_label("Je opmerking bij: Verhaal: De buurttafel").fill("Kort!")
    with page.expect_navigation():
        page.get_by_role("button", name="Akkoord").click()
    page.get_by_text("Je hebt akkoord gegeven.").wait_for()
    assert_well_made(page, iframes=False)
    asked.change()
    page.reload()
    page.get_by_text("telt niet meer").wait_for()
    assert_well_made(page, iframes=False)
    come_in(page, asked.way_in)
    page.goto(f"{asked.served}{HERE}")
    assert_well_made(page, iframes=False)
    page.goto(f"{asked.served}/desk/issues/42/send")
    assert_well_made(page, iframes=False)
    context.close()
