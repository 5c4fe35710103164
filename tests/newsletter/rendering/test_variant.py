"""What every mail must be, whatever its blocks say."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

import pytest
from lxml import html as lxml_html

from newsletter.rendering import values
from newsletter.rendering.environment import FOLDER
from newsletter.rendering.merge import MergeTemplate, Slot, as_is, in_html
from newsletter.rendering.values import RenderedVariant, Text
from newsletter.rendering.variant import name_fallback, render_variant
from tests.newsletter.rendering.samples import (
    BASE,
    BUURTWIJS,
    EVERY_BLOCK,
    FROM_LPB,
    LPB,
    READER,
    TABLE,
    frame,
    story,
)


def parsed(html: str) -> Any:
    return lxml_html.document_fromstring(html)


def as_read(rendered: RenderedVariant) -> Any:
    """The HTML one reader gets, parsed."""
    return parsed(MergeTemplate.cut(rendered.html, escape=in_html).fill(READER))


@pytest.fixture(scope="module")
def whole() -> RenderedVariant:
    return render_variant(frame(partner=LPB), EVERY_BLOCK)


def test_the_samples_hold_every_kind_of_block() -> None:
    assert {type(block) for block in EVERY_BLOCK} == set(get_args(values.BlockValue))


@pytest.mark.parametrize("block", EVERY_BLOCK, ids=lambda block: block.id)
def test_every_kind_has_both_templates_and_renders_alone(
    block: values.BlockValue,
) -> None:
    for form in ("mjml", "txt"):
        assert (FOLDER / f"mail/blocks/{block.kind}.{form}.j2").is_file()

    assert render_variant(frame(), [block]).html.startswith("<!doctype html>")


def test_the_same_values_give_the_same_bytes(whole: RenderedVariant) -> None:
    assert render_variant(frame(partner=LPB), EVERY_BLOCK) == whole


# --- the frame ---------------------------------------------------------------------


def test_the_page_says_its_language_direction_and_title(whole: RenderedVariant) -> None:
    root = as_read(whole)

    assert (root.get("lang"), root.get("dir")) == ("nl", "ltr")
    assert root.findtext("head/title") == "Beginnen zonder plan"
    article = root.xpath("//*[@role='article']")[0]
    assert (article.get("lang"), article.get("aria-label")) == (
        "nl",
        "Beginnen zonder plan",
    )


def test_there_is_one_first_heading_and_one_second_for_each_story(
    whole: RenderedVariant,
) -> None:
    headings = [
        (element.tag, element.text_content())
        for element in as_read(whole).iter("h1", "h2", "h3", "h4", "h5", "h6")
    ]

    assert headings == [
        ("h1", "Beginnen zonder plan"),
        ("h2", "De buurttafel die een straat werd"),
        ("h2", "Tussen balie en buurt"),
        ("h2", "Soep en plannen: een avond voor buurtmakers"),
        ("h2", "Wat we leerden"),
        ("h2", "Beginnen zonder plan"),
        ("h3", "De buurttafel"),
        ("h3", "Brood"),
    ]


def test_a_piece_in_another_language_says_so_and_one_in_the_mails_own_does_not() -> (
    None
):
    blocks = [
        story(id="a", title="Samen", language="nl", teaser_language="nl"),
        story(id="b", title="Together", language="en", teaser_language=""),
    ]

    root = parsed(render_variant(frame(), blocks).html)

    assert [h2.get("lang") for h2 in root.iter("h2")] == [None, "en"]
    assert root.xpath("//p[@lang]") == []


def test_every_table_for_layout_says_so(whole: RenderedVariant) -> None:
    assert as_read(whole).xpath("//table[not(@role='presentation')]") == []


def test_every_picture_has_an_alternative_text(whole: RenderedVariant) -> None:
    pictures = as_read(whole).xpath("//img")

    assert [picture.get("alt") for picture in pictures] == [
        "LPB",
        "LPB",
        "Een lange tafel op de stoep, mensen schuiven aan",
        "LPB",
        "LPB",
        "Een lange tafel op de stoep, mensen schuiven aan",
    ]


def test_who_made_a_picture_stands_right_under_it(whole: RenderedVariant) -> None:
    said = [
        element.get("alt") or element.text_content()
        for element in as_read(whole).xpath("//img | //*[contains(@class, 'credit')]")
    ]

    assert said[2:4] == [TABLE.alt, TABLE.credit]


def test_the_preheader_is_hidden_first_and_followed_by_padding(
    whole: RenderedVariant,
) -> None:
    first = as_read(whole).xpath("//body/*[1]")[0]

    assert "display:none" in first.get("style")
    assert first.text_content().startswith("Drie verhalen van mensen")
    assert len(first.text_content()) > 150


def test_a_mail_without_preheader_has_no_empty_one() -> None:
    root = parsed(render_variant(frame(preheader=""), EVERY_BLOCK).html)

    assert root.xpath("//div[contains(@style, 'display:none')]") == []


def test_dark_mode_has_colours_of_its_own_in_both_dialects(
    whole: RenderedVariant,
) -> None:
    assert '<meta name="color-scheme" content="light dark"' in whole.html
    assert "@media (prefers-color-scheme:dark)" in whole.html
    assert "[data-ogsc] .tone-0b5c85{color:#86c8ea!important}" in whole.html
    assert "[data-ogsb] .card" in whole.html


def test_outlook_gets_its_own_rules(whole: RenderedVariant) -> None:
    assert "<o:PixelsPerInch>96</o:PixelsPerInch>" in whole.html
    assert "<!--[if mso]><style>" in whole.html


def test_gmail_keeps_the_styles(whole: RenderedVariant) -> None:
    styles = re.findall(r"<style[^>]*>(.*?)</style>", whole.html, re.DOTALL)

    assert sum(map(len, styles)) < 16_000  # what lies beyond is dropped


def test_the_edition_names_both_and_shows_both(whole: RenderedVariant) -> None:
    page = as_read(whole).text_content()

    assert "LPB-editie" in page
    assert "Je krijgt deze LPB-editie omdat je op 3 mei 2026 koos voor" in page


def test_two_logos_have_one_height_and_as_much_room_between_them() -> None:
    logo = values.Picture(f"{BASE}/media/b.png", "Buurtwijs", width=900, height=150)
    host = replace(BUURTWIJS, logo=logo)

    logos = as_read(render_variant(frame(host=host, partner=LPB), [])).xpath("//img")

    assert [(each.get("alt"), each.get("height")) for each in logos] == [
        ("Buurtwijs", "40"),
        ("LPB", "40"),
        ("LPB", "40"),  # by night
    ]
    assert sum(int(each.get("width")) for each in logos) + 40 <= 544


def test_the_base_issue_says_why_from_whom_and_how_to_stop_in_that_order() -> None:
    page = " ".join(
        as_read(render_variant(frame(), EVERY_BLOCK)).text_content().split()
    )

    places = [
        page.index(words)
        for words in (
            "Je krijgt deze mail omdat je op 3 mei 2026 koos voor Buurtwijs.",
            "Afzender: Buurtwijs, Postbus 1, 3500 AA Utrecht.",
            "We meten niet wie dit leest.",
            "Pas je voorkeuren aan",
            "Meld je af",
        )
    ]
    assert places == sorted(places)


def test_the_links_lead_to_the_web_to_preferences_and_out(
    whole: RenderedVariant,
) -> None:
    links = {
        link.text_content(): link.get("href") for link in as_read(whole).xpath("//a")
    }

    assert links["lees op het web"] == f"{BASE}/issues/43/a"
    assert links["Pas je voorkeuren aan"] == READER[Slot.PREFERENCES_URL]
    assert links["Meld je af"] == READER[Slot.LEAVE_URL]


def test_a_link_says_where_it_goes(whole: RenderedVariant) -> None:
    links = {
        link.text_content(): link.get("href") for link in as_read(whole).xpath("//a")
    }

    assert links["Lees het verhaal"].startswith(BASE)
    assert links["Lees het verhaal op lpb.example"].startswith(
        "https://www.lpb.example"
    )


def test_the_frame_speaks_english_in_an_english_issue() -> None:
    rendered = render_variant(frame(language="en"), EVERY_BLOCK)

    assert "Number 43" in rendered.text
    assert "November 2026" in rendered.text
    assert "Thursday 3 December 2026, 19:30 to 21:30" in rendered.text
    assert "“We hadden geen plan." in rendered.text
    assert as_read(rendered).get("lang") == "en"
    assert name_fallback("en") == "reader"


def test_the_mjml_holds_the_title_too(whole: RenderedVariant) -> None:
    assert "<mj-title>Beginnen zonder plan</mj-title>" in whole.mjml


def test_a_button_keeps_its_size_in_outlook(whole: RenderedVariant) -> None:
    buttons = as_read(whole).find_class("btn")

    assert len(buttons) == 2
    assert all("mso-padding-alt:14px 24px" in each.get("style") for each in buttons)


def test_a_method_that_is_used_is_not_called_a_method_twice() -> None:
    entry = values.KnowledgeEntry(
        "ABCD", "Zo begon het.", None, "gebruikt de methode", "methode"
    )
    rendered = render_variant(frame(), [values.KnowledgeStrip("k", "", (entry,))])

    assert "ABCD (gebruikt de methode)" in rendered.text
    assert "(gebruikt de methode)" in rendered.html


# --- what is fetched, and how much it weighs ---------------------------------------


def test_nothing_is_fetched_but_our_own_pictures(whole: RenderedVariant) -> None:
    for page in (whole.html, whole.web):
        root = parsed(page)
        fetched = root.xpath("//img/@src | //script/@src | //iframe/@src")
        fetched += root.xpath("//link[@rel!='canonical']/@href")
        assert all(address.startswith(f"{BASE}/media/") for address in fetched)
        assert "@import" not in page
        assert "url(" not in page


def test_twelve_stories_stay_well_under_what_gmail_cuts_off() -> None:
    blocks = [EVERY_BLOCK[0]] + [
        story(
            id=f"story-{n}",
            feature=n < 4,
            picture=TABLE if n < 4 else None,
            source=FROM_LPB,
            teaser="Elke donderdag soep, en na een jaar een wijkplan. " * 4,
        )
        for n in range(12)
    ]

    html = render_variant(frame(partner=LPB), blocks).html

    assert len(html.encode()) < 60_000


# --- plain text --------------------------------------------------------------------


def test_plain_text_says_all_the_mail_says(whole: RenderedVariant) -> None:
    text = " ".join(MergeTemplate.cut(whole.text, escape=as_is).fill(READER).split())

    for value in _texts(EVERY_BLOCK):
        assert " ".join(value.split()) in text
    for needed in (
        "Beste Anna,",
        "LPB-editie",
        READER[Slot.LEAVE_URL],
        f"{BASE}/issues/",
    ):
        assert needed in text


def _texts(value: Any) -> list[str]:
    """Every text and address in block values that a reader of plain text needs."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for part in value for text in _texts(part)]
    if isinstance(value, values.Picture):
        is_logo = value in (LPB.logo, LPB.logo_dark)
        return [] if is_logo else [value.alt, value.credit]
    if is_dataclass(value) and not isinstance(value, (Text, type)):
        skipped = {"id", "kind", "colour", "colour_dark", "story_title"}
        return [
            text
            for field in fields(value)
            if field.name not in skipped
            for text in _texts(getattr(value, field.name))
        ]
    return []


def test_plain_text_is_at_most_78_columns_but_for_addresses(
    whole: RenderedVariant,
) -> None:
    too_wide = [
        line
        for line in whole.text.splitlines()
        if len(line) > 78 and not line.startswith("http")
    ]

    assert too_wide == []
    assert "\n\n\n" not in whole.text
    assert "&amp;" not in whole.text


# --- the page on the web -----------------------------------------------------------


def test_the_page_on_the_web_holds_nothing_personal(whole: RenderedVariant) -> None:
    page = " ".join(parsed(whole.web).text_content().split())

    assert "buurtpost-slot" not in whole.web
    assert "Beste lezer," in page
    assert "Je krijgt" not in page
    assert "Meld je af" not in page
    assert "Pas je voorkeuren aan" not in page
    assert "lees op het web" not in page


def test_the_page_on_the_web_invites_and_has_a_main_part(
    whole: RenderedVariant,
) -> None:
    root = parsed(whole.web)

    assert root.xpath("//a[text()='Meld je aan']/@href") == [f"{BASE}/subscribe"]
    assert len(root.xpath("//*[@role='main']")) == 1
    assert root.xpath("//link[@rel='canonical']/@href") == [f"{BASE}/issues/43/a"]
