"""Whatever stands in a value stays text, or is refused by name."""

from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from newsletter.rendering import values
from newsletter.rendering.errors import RenderingError
from newsletter.rendering.merge import MergeTemplate, Slot, as_is, in_html, marker
from newsletter.rendering.values import Frame, Text
from newsletter.rendering.variant import render_variant
from tests.newsletter.rendering.samples import EVERY_BLOCK, LPB, frame

HOSTILE = "\"'<b>&amp;</td> {{ 7*7 }} {% raw %} <mj-text>x</mj-text> 😀 \u202eשלום -->"


def _everywhere(value: Any, text: str) -> Any:
    """The same values with ``text`` in every place for plain text."""
    if isinstance(value, tuple):
        return tuple(_everywhere(part, text) for part in value)
    if not is_dataclass(value) or isinstance(value, (Text, type)):
        return value
    kept = {"id", "url", "web_url", "base_url", "colour", "colour_dark", "language"}
    changed = {
        field.name: text
        if isinstance(getattr(value, field.name), str)
        else _everywhere(getattr(value, field.name), text)
        for field in fields(value)
        if field.init and field.name not in kept
    }
    return replace(value, **changed)


def hostile_variant(text: str) -> tuple[Frame, tuple[values.BlockValue, ...]]:
    return _everywhere(frame(partner=LPB), text), _everywhere(EVERY_BLOCK, text)


class _Structure(HTMLParser):
    """Elements and attribute names, which no value may change."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))


def structure(html: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = _Structure()
    parser.feed(html)
    return parser.seen


@pytest.mark.parametrize("form", ["html", "web"])
def test_hostile_values_stay_text(form: str) -> None:
    calm = render_variant(*hostile_variant("rustig"))
    wild = render_variant(*hostile_variant(HOSTILE))

    assert structure(getattr(wild, form)) == structure(getattr(calm, form))
    assert lxml_html.document_fromstring(wild.html).findtext("head/title") == HOSTILE
    assert "{{ 7*7 }}" in wild.html
    assert "49" not in wild.text


@settings(max_examples=25)
@given(st.text(min_size=1, max_size=40).filter(str.strip))
def test_whatever_text_comes_in_the_structure_stays(text: str) -> None:
    text = f"a{text}"  # a name that is a quotation mark alone is a way to quote
    calm = render_variant(*hostile_variant("rustig"))
    wild = render_variant(*hostile_variant(text))

    assert structure(wild.html) == structure(calm.html)


def test_look_alikes_of_slots_are_text() -> None:
    posing = marker(Slot.LEAVE_URL) + " buurtpost-slot-nonsense-end"
    rendered = render_variant(*hostile_variant(posing))

    for form, escape in ((rendered.html, in_html), (rendered.text, as_is)):
        template = MergeTemplate.cut(form, escape=escape)
        assert template.slots.count(Slot.LEAVE_URL) == 1
    assert MergeTemplate.cut(rendered.subject, escape=as_is).slots == ()


def test_a_name_may_stand_in_foreword_and_subject_only() -> None:
    name = marker(Slot.NAME)
    greeting = Text(html=f"<p>{name} {marker(Slot.SINCE)}</p>", plain=name)
    rendered = render_variant(
        frame(subject=f"Voor {name}"),
        [values.Foreword("a", greeting), values.TextBlock("b", greeting)],
    )

    slots = MergeTemplate.cut(rendered.html, escape=in_html).slots
    # The title, its label for screen readers, the heading, the foreword.
    assert slots.count(Slot.NAME) == 4
    assert slots.count(Slot.SINCE) == 1
    assert MergeTemplate.cut(rendered.subject, escape=as_is).slots == (Slot.NAME,)


def test_a_subject_stays_one_line() -> None:
    subject = render_variant(frame(subject="a\r\nBcc: x@y.nl"), []).subject

    assert subject == "a Bcc: x@y.nl"


@pytest.mark.parametrize(
    "html", ["<p>niet gesloten", "<div>" * 10_000, "</mj-text>", "</p>"]
)
def test_html_that_breaks_mjml_names_its_block(html: str) -> None:
    # Only code that skips richtext gets here; the mail must not go out torn.
    bad = values.TextBlock(id="text-7", text=Text(html=html, plain=""))

    with pytest.raises(RenderingError, match="'text-7'"):
        render_variant(frame(), [*EVERY_BLOCK, bad])


def test_a_colour_that_is_no_colour_is_refused() -> None:
    partner = replace(LPB, colour="red}body{display:none")

    with pytest.raises(RenderingError, match="is no colour"):
        render_variant(frame(partner=partner), [])
