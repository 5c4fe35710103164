"""The public pages in a real browser: for everybody, by keyboard, small, at night."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from database.session import Database
from newsletter.media import store
from newsletter.partners.models import Partner
from newsletter.settings import Settings
from subscribers.models import SignupRequest
from subscribers.tokens import Purpose, Signer
from tests.factories import ANNA, a_list, a_partner, a_reader
from tests.newsletter.pictures import picture
from tests.web.looks import assert_well_made, looked_at
from tests.web.mailed import a_link, a_mailing, a_token, an_issue, an_item


@pytest.fixture
def pages(settings: Settings, sqlite_database: Database) -> dict[str, str]:
    """Every public page that looks different, by name."""
    with sqlite_database.write.begin() as session:
        mailing_list = a_list(session)
        a_list(session, "wijkpost")
        lpb = a_partner(session)
        vng = a_partner(session, "vng")
        anna = a_reader(session, mailing_list, ANNA, partners=[lpb, vng])
        drawn = store(settings.media, picture(300, 150))
        story = an_item(
            session,
            "soep",
            image=drawn.hash,
            image_alt="Een pan soep",
            image_width=drawn.width,
            image_height=drawn.height,
            url="https://lpb.example/soep",
            people=["Roos"],
            partner_id=session.scalars(select(Partner.id)).first(),
        )
        a_link(session, story, an_item(session, "ontmoeten"))
        an_item(session, "brood", licence="CC BY 4.0")
        issue = an_issue(
            session, mailing_list, stories=("soep", "brood"), editions=("lpb",)
        )
        mailing = a_mailing(session, issue, [(anna, "lpb")], keys=("base", "lpb"))
        fresh = Signer(settings.signing_keys()).sign(
            Purpose.DETAILS, anna.id, until=datetime.now(UTC) + timedelta(hours=1)
        )
        return {
            "home": "/",
            "form": "/subscribe",
            "in English": "/subscribe?lang=en",
            "in a frame": "/subscribe/embed",
            "for your site": "/subscribe/for-your-site?via=lpb",
            "confirm": "/confirm/x",
            "leave": "/unsubscribe/" + a_token(settings, Purpose.LEAVE, mailing),
            "choices": "/preferences/"
            + a_token(settings, Purpose.PREFERENCES, mailing),
            "details": f"/preferences/details/{fresh}",
            "archive": "/issues/",
            "found": "/issues/?q=soep",
            "not found": "/issues/?q=nergens",
            "issue": "/issues/42",
            "story": "/stories/soep",
            "knowledge": "/stories/ontmoeten",
            "take over": "/stories/brood/republish",
            "what we keep": "/privacy",
            "not here": "/nowhere",
        }


@pytest.fixture
def page(chromium: Browser, axe: str) -> Iterator[Page]:
    """A tab that fails the test when a page asks others for anything or complains."""
    context = looked_at(chromium, axe)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text))
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.startswith("http://127.0.0.1:")
            else wrong.append(asked.url)
        ),
    )
    yield page
    context.close()
    # A 404 that was asked for, or a socket a busy machine closed, is no complaint.
    assert [text for text in wrong if "Failed to load resource" not in text] == []


def test_every_page_is_accessible_and_fits(
    page: Page, served: str, pages: dict[str, str]
) -> None:
    for name, path in pages.items():
        page.goto(served + path)

        assert_well_made(page, name)


def test_a_form_that_came_back_is_accessible_too(
    page: Page, served: str, pages: dict[str, str]
) -> None:
    page.goto(served + "/subscribe")
    page.get_by_label("E-mailadres").fill("anna")
    page.get_by_label("Gemeente").fill("Bergen")
    page.get_by_role("button", name="Meld me aan").click()

    expect(page.get_by_text("Dit lijkt geen e-mailadres")).to_be_visible()
    assert page.get_by_label("Gemeente").input_value() == "Bergen"
    assert_well_made(page)


def test_signing_up_needs_no_mouse(
    page: Page, served: str, pages: dict[str, str], sqlite_database: Database
) -> None:
    page.goto(served + "/subscribe")
    page.keyboard.press("Tab")
    assert focused(page) == "Naar de tekst"
    page.keyboard.press("Enter")
    for _ in range(2):  # to the first field after the heading
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "email":
            break
    page.keyboard.type("ben@example.nl")
    page.keyboard.press("Tab")  # the name
    page.keyboard.press("Tab")
    page.keyboard.type("Den Haag")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "role"
    page.keyboard.press("Space")
    while page.evaluate("document.activeElement.tagName") != "BUTTON":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.get_by_role("heading", name="Kijk in je mailbox").wait_for()
    with sqlite_database.read() as session:
        asked = session.scalars(
            select(SignupRequest).order_by(SignupRequest.id.desc())
        ).first()
        assert asked is not None
        assert asked.details["region"] == "GM0518"
        assert asked.details["roles"] == 1


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def test_without_javascript_everything_works(
    chromium: Browser, served: str, pages: dict[str, str]
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL")
    page = context.new_page()

    page.goto(served + pages["choices"])
    page.get_by_label("Hoe mogen we je noemen?").fill("Anna")
    page.get_by_role("button", name="Bewaar mijn keuzes").click()
    expect(page.get_by_text("Bewaard.")).to_be_visible()

    page.goto(served + pages["leave"])
    page.get_by_role("button", name="Stop deze nieuwsbrief").click()
    expect(page.get_by_role("heading", name="Je bent afgemeld")).to_be_visible()
    context.close()
