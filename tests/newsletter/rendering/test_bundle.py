"""The month in one mail: the same frame, a part for each issue."""

from dataclasses import replace
from typing import Any

from newsletter.rendering import values
from newsletter.rendering.merge import MergeTemplate, Slot, as_is, in_html
from newsletter.rendering.variant import render_variant
from tests.newsletter.rendering.samples import BASE, BUNDLED, READER, frame


def rendered(block: values.BundledIssue = BUNDLED, **of: Any) -> values.RenderedVariant:
    return render_variant(replace(frame(**of), number=None), [block])


def html(**of: Any) -> str:
    return MergeTemplate.cut(rendered(**of).html, escape=in_html).fill(READER)


def text(**of: Any) -> str:
    return MergeTemplate.cut(rendered(**of).text, escape=as_is).fill(READER)


def test_titles_summaries_and_links_stand_in_both_forms() -> None:
    for form in (html(), text()):
        words = " ".join(form.split())
        for part in (
            "De maand in één mail",
            "Nummer 42 · vrijdag 16 oktober 2026",
            "Beginnen zonder plan",
            "De buurttafel",
            "Elke donderdag soep, en na een jaar een wijkplan.",
            f"{BASE}/stories/soep",
            "Deventer",
            "Bron: LPB",
            f"{BASE}/stories/brood",
            "Lees heel nummer 42",
            f"{BASE}/issues/42/base",
            "Je krijgt hem eens per maand, omdat je dat koos.",
            READER[Slot.PREFERENCES_URL],
            READER[Slot.LEAVE_URL],
        ):
            assert part in words


def test_a_mail_of_an_issue_says_nothing_of_months() -> None:
    mail = render_variant(frame(), [BUNDLED]).html

    assert "eens per maand" not in mail
    assert "De maand in één mail" not in mail


def test_the_archives_page_says_nothing_personal() -> None:
    page = rendered().web

    assert "eens per maand" not in page
    assert "unsubscribe" not in page
    assert "Beginnen zonder plan" in page


def test_it_says_so_in_english_to_who_reads_english() -> None:
    words = " ".join(text(language="en").split())

    assert "The month in one mail" in words
    assert "You get it once a month because you chose so." in words
