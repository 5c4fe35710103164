"""The mail that puts something right: the same frame, one thing in it."""

from dataclasses import replace
from datetime import date

import pytest

from newsletter.rendering import values
from newsletter.rendering.merge import MergeTemplate, Slot, as_is, in_html
from newsletter.rendering.richtext import from_markdown
from newsletter.rendering.values import RenderedVariant
from newsletter.rendering.variant import render_variant
from tests.newsletter.rendering.samples import BASE, LPB, READER, frame

CORRECTION = values.Correction(
    id="correction-1",
    title="De buurttafel",
    number=43,
    day=date(2026, 11, 20),
    text=from_markdown("Niet dinsdag, maar **donderdag**.\n\nOnze excuses."),
    url=f"{BASE}/issues/43",
)


def rendered(correction: values.Correction = CORRECTION, **of: object) -> str:
    return html(render_variant(frame(**of), [correction]))


def html(variant: RenderedVariant) -> str:
    return MergeTemplate.cut(variant.html, escape=in_html).fill(READER)


def text(variant: RenderedVariant) -> str:
    return MergeTemplate.cut(variant.text, escape=as_is).fill(READER)


@pytest.mark.parametrize("form", [html, text])
def test_it_says_what_was_wrong_where_and_how_it_is(form: object) -> None:
    assert callable(form)
    mail = " ".join(form(render_variant(frame(), [CORRECTION])).split())

    assert "In nummer 43 van vrijdag 20 november 2026 klopte er iets niet" in mail
    assert "‘De buurttafel’" in mail
    assert "Onze excuses." in mail
    assert f"{BASE}/issues/43" in mail
    assert "Naar nummer 43 in het archief" in mail


def test_it_says_so_in_english_to_who_reads_english() -> None:
    mail = " ".join(rendered(language="en").split())

    assert "In number 43 of Friday 20 November 2026 something was not right" in mail


def test_markdown_is_set_as_it_is_in_an_issue() -> None:
    assert "<strong>donderdag</strong>" in rendered()


def test_every_way_out_is_in_it() -> None:
    mail = rendered()

    assert READER[Slot.LEAVE_URL] in mail
    assert READER[Slot.PREFERENCES_URL] in mail
    assert "Postbus 1, 3500 AA Utrecht" in mail


def test_a_partners_readers_get_it_from_both() -> None:
    mail = rendered(partner=LPB)

    assert "LPB-editie" in mail
    assert LPB.colour in mail


def test_nothing_personal_is_on_its_page() -> None:
    page = render_variant(frame(), [CORRECTION]).web

    assert "buurtpost-slot" not in page
    assert "unsubscribe" not in page


def test_a_hostile_title_stays_text() -> None:
    mail = rendered(replace(CORRECTION, title="<script>alert(1)</script>"))

    assert "<script>" not in mail
    assert "&lt;script&gt;" in mail
