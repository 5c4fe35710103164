"""The next issue from the last, in a browser: filled, hidden, undone, in conflict."""

from playwright.sync_api import Page, Route, expect

from database.session import Database
from newsletter.issues.compose import add_block, find_issue
from newsletter.issues.history import Edit
from newsletter.library.bodies import Format
from newsletter.library.models import ItemKind
from newsletter.library.stories import add_item
from newsletter.settings import Settings
from tests.web.editors.conftest import CHIEF, now
from tests.web.editors.test_browser import come_in, order, press

PAUSE_MS = 1500  # as in desk.js


def test_the_next_issue_is_made_filled_and_put_right_again(
    page: Page, way_in: str, served: str
) -> None:
    come_in(page, way_in)
    page.get_by_role("link", name="Nummers").click()
    page.get_by_role("button", name="Maak het volgende hiervan nummer 42").click()
    page.get_by_role("heading", name="Nummer 43").wait_for()
    page.get_by_text("Hier nog 1 verhaal te plaatsen.").wait_for()

    page.get_by_role("link", name="ook eerder gebruikt").click()
    page.get_by_role("button", name="Plaats De buurttafel").click()
    page.get_by_role("button", name="Plaats Tussen balie en buurt").click()
    assert order(page) == ["foreword-1", "section-1", "story-1", "story-2"]
    expect(page.get_by_text("te plaatsen")).to_be_hidden()

    press(page, "Omlaag: Verhaal, kort De buurttafel")
    page.wait_for_url("**moved=story-1*")
    press(page, "Verberg Verhaal, kort De buurttafel")
    page.get_by_text("verborgen: niemand ziet dit").wait_for()
    press(page, "Ongedaan maken")
    expect(page.get_by_text("verborgen: niemand ziet dit")).to_be_hidden()
    press(page, "Ongedaan maken")
    page.get_by_role("button", name="Opnieuw doen").wait_for()
    assert order(page) == ["foreword-1", "section-1", "story-1", "story-2"]

    page.get_by_role("link", name="Geschiedenis").click()
    page.get_by_text("verborg: Verhaal “De buurttafel”").wait_for()
    page.get_by_role("button", name="Zet dit terug").last.click()
    page.get_by_role("heading", name="Nummer 43").wait_for()
    assert order(page) == ["foreword-1", "section-1"]


def test_a_new_block_outlives_its_tab(page: Page, way_in: str, served: str) -> None:
    come_in(page, way_in)
    page.goto(f"{served}/desk/issues/42?new=text&after=foreword-1")
    page.get_by_role("textbox", name="Tekst", exact=True).fill("Wie zit, blijft.")
    page.get_by_text("Bewaard vandaag").wait_for()
    page.wait_for_url("**edit=text-1*")
    page.reload()
    words = page.get_by_role("textbox", name="Tekst", exact=True)
    assert words.input_value() == "Wie zit, blijft."

    other = page.context.new_page()
    other.goto(f"{served}/desk/issues/42")
    other.get_by_text("verborgen: niemand ziet dit").wait_for()

    words.fill("Wie zit, praat.")
    page.get_by_role("button", name="Zet het erin").click()
    page.get_by_text("Wie zit, praat.").first.wait_for()
    expect(page.get_by_text("verborgen: niemand ziet dit")).to_be_hidden()
    assert order(page) == ["foreword-1", "text-1", "story-1", "story-2"]


def test_a_slow_line_saves_one_after_the_other(
    page: Page, way_in: str, served: str
) -> None:
    come_in(page, way_in)
    page.goto(f"{served}/desk/issues/42?new=text")
    held: list[Route] = []
    page.route("**/42/blocks", lambda route: held.append(route), times=1)
    words = page.get_by_role("textbox", name="Tekst", exact=True)
    words.fill("Een")
    with page.expect_request("**/desk/issues/42/blocks"):
        pass
    words.fill("Een, twee")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(PAUSE_MS + 500)  # long enough to save once more
    assert asked == []
    with page.expect_request("**/blocks/text-1") as second:
        held[0].continue_()
    assert "twee" in (second.value.post_data or "")

    page.get_by_role("button", name="Zet het erin").click()
    page.wait_for_url("**#text-1")
    assert order(page)[-2:] == ["story-2", "text-1"]


def test_what_one_types_is_saved_before_another_button_is_heard(
    page: Page, way_in: str, served: str
) -> None:
    come_in(page, way_in)
    page.goto(f"{served}/desk/issues/42")
    page.get_by_role("link", name="Wijzig onderwerp").click()
    # Typed in at once.
    expect(page.get_by_label("Onderwerp", exact=True)).to_be_focused()
    assert page.url.endswith("edit=headings#headings")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.keyboard.press("Control+a")
    page.keyboard.type("Soep op straat")
    page.get_by_role("button", name="Kopieer Voorwoord").click()
    page.wait_for_url("**#foreword-2")
    page.get_by_role("heading", name="Soep op straat").wait_for()

    page.get_by_role("link", name="Wijzig Voorwoord").first.click()
    page.get_by_role("textbox", name="Tekst", exact=True).fill("Dag.")
    page.get_by_role("link", name="Verder naar controleren").click()
    page.get_by_role("heading", name="Nummer 42 controleren").wait_for()
    page.go_back()
    assert page.get_by_role("textbox", name="Tekst", exact=True).input_value() == "Dag."
    assert asked == []


def test_placing_leaves_the_page_where_it_was(
    page: Page, way_in: str, served: str, sqlite_database: Database, settings: Settings
) -> None:
    with sqlite_database.write.begin() as session:
        here, edit = (session, settings, find_issue(session, 42)), Edit(now(), CHIEF)
        for number in range(12):
            add_block(*here, {"kind": "text", "text": "Buurt. " * 40}, edit=edit)
            add_item(
                session,
                settings,
                slug=f"stuk-{number}",
                kind=ItemKind.STORY,
                title=f"Stuk {number}",
                body="Een stoep.",
                format=Format.MARKDOWN,
                now=now(),
            )
    page.set_viewport_size({"width": 1280, "height": 800})
    come_in(page, way_in)
    page.goto(f"{served}/desk/issues/42")
    page.evaluate("scrollTo(0, 900)")
    page.get_by_role("button", name="Plaats Stuk 4").click()
    page.wait_for_url("**placed=*")

    # The story below is in sight, the library too, and the focus at the next piece.
    focus = page.evaluate("document.activeElement.innerText")
    assert " ".join(focus.split()) == "Plaats Stuk 3"
    assert page.evaluate("scrollY") >= 900
    for place in ("#library", "[data-placed]"):
        expect(page.locator(place)).to_be_in_viewport()


def test_two_at_the_same_words_keep_both(page: Page, way_in: str, served: str) -> None:
    come_in(page, way_in)
    form = f"{served}/desk/issues/42?edit=foreword-1"
    page.goto(form)
    other = page.context.new_page()
    other.goto(form)

    words = page.get_by_role("textbox", name="Tekst", exact=True)
    words.fill("Van Anna.")
    page.get_by_text("Bewaard vandaag").wait_for()
    # A moment later the same form stands on what it saved itself.
    words.fill("Van Anna, en langer.")
    expect(page.get_by_role("link", name="Terug", exact=True)).to_be_visible()

    other.get_by_label("Tekst", exact=True).fill("Van Ben.")
    other.get_by_text("Jij, in een ander tabblad").wait_for()
    other.get_by_role("button", name="Bewaar het blok").click()
    other.get_by_text("Dit staat er nu:").wait_for()
    assert other.get_by_label("Tekst", exact=True).input_value() == "Van Ben."
    assert "Van Anna" in other.locator("form.block-form").inner_text()
    asked: list[str] = []
    other.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    other.get_by_role("link", name="Verhalen").click()
    other.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert other.get_by_label("Tekst", exact=True).input_value() == "Van Ben."
