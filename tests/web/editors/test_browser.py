"""The desk in a real browser: the whole job once, by keyboard, small, at night."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from database.session import Database
from newsletter import worker
from newsletter.dispatch import mailings
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.states import DeliveryState, MailingState
from newsletter.issues import compose, restoring
from newsletter.issues.compose import find_issue
from newsletter.issues.history import Edit
from newsletter.issues.templates import keep_template
from newsletter.jobs.context import Context
from newsletter.reasons import Code, reason
from newsletter.settings import Settings
from subscribers.tokens import Signer
from tests.web.editors.conftest import CHIEF, now
from tests.web.looks import assert_well_made, looked_at

MOST_TABS = 150
SEGMENT = (
    "/desk/segments/new?join=all&join=any&field=role&is=yes&value=wijkambtenaar&group=0"
    "&field=region&is=no&value=Atlantis&group=1&field=joined_after&is=yes&value=&group=1"
)


def come_in(page: Page, way_in: str) -> None:
    page.goto(way_in)
    page.get_by_role("button", name="Kom binnen").click()
    page.get_by_role("heading", name="Vandaag").wait_for()


def press(page: Page, name: str) -> None:
    """Reach a button or link with the Tab key alone, and press it."""
    says = (
        "() => (document.activeElement.ariaLabel || document.activeElement.innerText)"
    )
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if " ".join(str(page.evaluate(says) or "").split()).startswith(name):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"The Tab key does not lead to {name!r}.")


def order(page: Page) -> list[str]:
    return [
        article.get_attribute("id") or ""
        for article in page.locator("article.block").all()
    ]


def test_the_whole_job_from_a_story_to_the_receipt(
    page: Page,
    way_in: str,
    served: str,
    settings: Settings,
    sqlite_database: Database,
) -> None:
    come_in(page, way_in)

    page.get_by_role("link", name="Verhalen").click()
    page.get_by_role("link", name="Verhaal toevoegen").click()
    page.get_by_label("Titel").fill("Een bank op de stoep")
    page.get_by_label("Tekst", exact=True).fill("Wie zit, blijft.\n\nEn praat.")
    page.get_by_label("Plaats").fill("Zwolle")
    page.get_by_role("button", name="Zet het in de bibliotheek").click()
    page.get_by_text("Het staat in de bibliotheek").wait_for()

    page.get_by_role("link", name="Nummers").click()
    page.get_by_role("link", name="Begin een nieuw nummer").click()
    page.get_by_label("Onderwerp", exact=True).fill("Zitten, {naam}")
    page.get_by_label("De regel achter het onderwerp").fill("Over een bank.")
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Blok toevoegen").select_option(label="Voorwoord")
    page.get_by_role("button", name="+ Voeg toe").click()
    page.get_by_label("Tekst", exact=True).fill("Beste {naam}, ga zitten.")
    page.get_by_role("button", name="Zet het erin").click()
    page.get_by_role("button", name="Plaats Een bank op de stoep").click()
    page.get_by_role("link", name="ook eerder gebruikt").click()
    page.get_by_role("button", name="Plaats De buurttafel").click()
    page.get_by_role("link", name="Wijzig Verhaal, kort De buurttafel").click()
    page.get_by_label("Rol").select_option(label="Wijkambtenaar")
    page.get_by_role("button", name="Bewaar het blok").click()
    page.get_by_text("alleen wijkambtenaar · 1").wait_for()
    shown = page.frame_locator("iframe")
    expect(shown.get_by_text("Beste Anna,")).to_be_visible()
    page.get_by_label("Versie", exact=True).select_option(index=1)
    shown.get_by_text("De buurttafel").first.wait_for()

    page.get_by_role("link", name="Verder naar controleren").click()
    page.get_by_role("link", name="Verder naar versturen").click()
    page.get_by_role("button", name="Verstuur aan 3 lezers").click()
    page.get_by_text("0 van 3").wait_for()
    page.reload()
    page.get_by_text("0 van 3").wait_for()
    worker.run_once(
        Context(
            database=sqlite_database,
            settings=replace(
                settings,
                base_url=served,
                database_url=str(sqlite_database.engine.url),
            ),
            signer=Signer(settings.signing_keys()),
            now=now,
        )
    )
    page.get_by_role("heading", name="Nummer 43: verstuurd").wait_for()
    page.get_by_role("link", name="Kassabon").click()

    receipt = page.locator("table.slip tbody").first.inner_text().replace("\t", " ")
    assert receipt.splitlines() == [
        "Op de lijst 3",
        "Mails gemaakt 3",
        "in een bestand gezet 3",
    ]
    assert len(list((settings.outbox / "43").glob("*.eml"))) == 3


def test_composing_needs_no_mouse(page: Page, way_in: str, served: str) -> None:
    come_in(page, way_in)
    page.goto(f"{served}/desk/issues/42")

    press(page, "Omlaag: Verhaal, kort De buurttafel")
    page.wait_for_url("**moved=story-1*")
    assert order(page) == ["foreword-1", "story-2", "story-1"]
    # At the bottom now: the focus is on the one button of the block that still works.
    page.keyboard.press("Enter")
    page.wait_for_url("**to=up*")
    assert order(page) == ["foreword-1", "story-1", "story-2"]

    press(page, "Wijzig Voorwoord")
    page.wait_for_url("**edit=foreword-1*")
    expect(page.get_by_role("textbox", name="Tekst", exact=True)).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("Dag {naam}.")
    press(page, "Bewaar het blok")
    page.get_by_text("Dag {naam}.").wait_for()


def test_every_page_is_accessible_and_fits(
    chromium: Browser,
    axe: str,
    way_in: str,
    served: str,
    settings: Settings,
    sqlite_database: Database,
) -> None:
    worked_on(sqlite_database, settings)
    context = looked_at(chromium, axe)
    page = context.new_page()
    come_in(page, way_in)
    issue = "/desk/issues/42"
    for path in (
        "/desk/",
        "/desk/stories/",
        "/desk/stories/soep",
        "/desk/knowledge/",
        "/desk/knowledge/new",
        "/desk/issues/",
        "/desk/issues/new",
        "/desk/segments/",
        SEGMENT,
        issue,
        f"{issue}?edit=headings",
        f"{issue}?edit=story-2",
        f"{issue}?edition=lpb",
        f"{issue}?edition=lpb&edit=me",
        f"{issue}?new=image&after=story-1&view=dark",
        f"{issue}#library",
        f"{issue}#preview",
        f"{issue}?new=section",
        f"{issue}/history",
        f"{issue}/versions?role=&view=dark",
        f"{issue}/approval",
        f"{issue}/check",
        "/desk/jargon",
        f"{issue}/send",
        "/desk/issues/7",
    ):
        page.goto(served + path)

        assert_well_made(page, iframes=False)
    context.close()


def worked_on(database: Database, settings: Settings) -> None:
    """Issue 42 with a block hidden and a step taken back, and a template of it; and
    with words that no line is long enough for."""
    long = {"subject": "Zitten", "preheader": "e" * 250}
    with database.write.begin() as session:
        issue = find_issue(session, 42)
        keep_template(session, issue, name="Maandnummer", by=CHIEF, now=now())
        here, edit = (session, settings, issue), Edit(now(), CHIEF)
        compose.hide_block(*here, "story-2", edit=edit)
        compose.move_block(*here, "story-1", to="down", edit=edit)
        restoring.undo(*here, edit=edit)
        compose.set_headings(session, issue, **long, edit=edit)
        compose.add_block(*here, {"kind": "text", "text": "u" * 300}, edit=edit)
        title = "Samen eten aan de lange tafel achter het buurthuis van de wijk"
        evening = {"kind": "event", "title": title, "start": "2099-01-15T18:00"}
        compose.add_block(*here, evening, edit=edit)


def test_without_javascript_everything_works(
    chromium: Browser, way_in: str, served: str
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL")
    page = context.new_page()
    come_in(page, way_in)

    page.goto(f"{served}/desk/issues/42")
    page.get_by_role("button", name="Haal weg Verhaal, kort De buurttafel").click()
    page.get_by_label("Versie", exact=True).select_option(index=0)
    page.get_by_role("button", name="Toon").click()
    assert order(page) == ["foreword-1", "story-2"]
    assert page.locator("iframe").get_attribute("src")

    page.goto(f"{served}/desk/segments/new")
    page.get_by_label("Naam").fill("Ambtenaren")
    page.get_by_label("Nog een voorwaarde").select_option(label="Rol")
    page.get_by_role("button", name="Voeg toe").click()
    page.get_by_label("Rol", exact=True).select_option(label="Wijkambtenaar")
    page.get_by_role("button", name="Tel", exact=True).click()
    page.get_by_text("1 lezer van Buurtwijs zou vandaag mail krijgen").wait_for()
    page.get_by_role("button", name="Bewaar").click()
    page.get_by_text("Bewaard.").wait_for()
    context.close()


def test_a_segment_is_made_by_keyboard_and_counted_as_it_changes(
    page: Page, way_in: str, served: str
) -> None:
    come_in(page, way_in)
    page.goto(f"{served}/desk/segments/new")

    page.get_by_label("Naam").focus()
    page.keyboard.type("Drenten")
    page.get_by_label("Nog een voorwaarde").focus()
    page.keyboard.type("Streek")
    press(page, "Voeg toe")
    page.get_by_label("Streek", exact=True).focus()
    page.wait_for_load_state()  # from then on the page hears what is typed
    page.keyboard.type("Aa en Hunze")

    expect(page.locator("[data-counted=words]")).to_contain_text("1 lezer van")
    expect(page.locator("[data-counted=nl]")).to_have_text("In Aa en Hunze")
    press(page, "Bewaar")
    page.get_by_text("Bewaard.").wait_for()
    expect(page.get_by_role("heading", name="Drenten")).to_be_visible()


PROGRESS = "/desk/issues/42/progress"
WAITS = reason(
    Code.SMTP_UNREACHABLE, relay="relay.example:587", words="Connection refused"
)
# What may go wrong, each with words that only its page has.
TROUBLES = {
    "waits": "is niet te bereiken",
    "paused": "neemt onze naam of ons wachtwoord niet aan",
    "in doubt": "weten we niet of de mail is aangekomen",
}


@pytest.fixture
def going(way_in: str, settings: Settings, sqlite_database: Database) -> Database:
    """Issue 42 is going out; no worker runs."""
    mailings.start_now_or_at(
        sqlite_database, settings, 42, by=CHIEF, at=None, now=now()
    )
    return sqlite_database


def goes_wrong(database: Database, how: str) -> None:
    """As a dispatcher would have written it down."""
    with database.write.begin() as session:
        mailing = session.scalars(select(Mailing)).one()
        match how:
            case "waits":
                mailing.waiting = replace(
                    WAITS, until=now() + timedelta(minutes=5)
                ).stored()
            case "paused":
                mailing.state = MailingState.PAUSED
                mailing.reason = reason(
                    Code.SMTP_KEY_REFUSED,
                    relay="relay.example:587",
                    words="535 5.7.8 Authentication credentials invalid",
                ).stored()
            case "in doubt":
                first, *others = session.scalars(select(Delivery).order_by("seq"))
                first.state = DeliveryState.REFUSED
                first.detail = "550 5.7.1 Message rejected due to local policy"
                for delivery in others:
                    delivery.state = DeliveryState.IN_DOUBT


def test_a_mailing_in_trouble_is_explained_to_everybody(
    chromium: Browser, axe: str, way_in: str, served: str, going: Database
) -> None:
    context = looked_at(chromium, axe)
    page = context.new_page()
    come_in(page, way_in)
    for how, says in TROUBLES.items():
        goes_wrong(going, how)
        page.goto(served + PROGRESS)

        expect(page.get_by_text(says)).to_be_visible()
        assert_well_made(page, iframes=False)
    context.close()


def test_what_is_in_doubt_is_settled_without_a_mouse(
    page: Page, way_in: str, served: str, going: Database
) -> None:
    goes_wrong(going, "in doubt")
    come_in(page, way_in)
    page.goto(served + PROGRESS)

    press(page, "Zo laten")
    page.get_by_text("Opgeschreven: het blijft zoals het is.").wait_for()
    press(page, "Verstuurd")
    page.get_by_text("Opgeschreven: ze tellen als verstuurd.").wait_for()
    expect(page.get_by_text("weten we niet")).to_be_hidden()


def test_the_open_page_hears_what_happens(
    page: Page, way_in: str, served: str, going: Database
) -> None:
    come_in(page, way_in)
    page.goto(served + PROGRESS)
    page.get_by_role("button", name="Pauzeer").focus()

    goes_wrong(going, "waits")
    page.get_by_text("Je hoeft niets te doen").wait_for()
    goes_wrong(going, "in doubt")
    page.get_by_role("heading", name="Onzeker").wait_for()
    expect(page.get_by_role("row", name="geweigerd 1")).to_be_visible()
    # It was never loaded anew: whoever was at a button still is.
    assert page.evaluate("document.activeElement.innerText") == "Pauzeer"
