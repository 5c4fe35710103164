"""Service mail: one thing to do, in the same look, in both languages."""

from typing import Any

import pytest
from lxml import html as lxml_html

from newsletter.rendering.environment import FOLDER
from newsletter.rendering.errors import RenderingError
from newsletter.rendering.service_mail import render_service

KINDS = sorted(path.name for path in (FOLDER / "service").iterdir() if path.is_dir())
URL = "https://post.example.nl/confirm/abc?a=1&b=2"
GIVEN = {
    "list_name": "Buurtwijs",
    "url": URL,
    "minutes": 30,
    "hours": 24,
    "wish": "erase",
    "name": "Anna",
    "asked_by": "Hanan",
    "number": 42,
    "subject": "Aan tafel",
    "days": 14,
    "sender_name": "Stichting Buurtwijs",
    "postal_address": "Postbus 1, 3500 AA Utrecht",
}


def page(html: str) -> Any:
    return lxml_html.document_fromstring(html)


def test_every_kind_has_its_three_templates() -> None:
    assert "confirmation" in KINDS
    for kind in KINDS:
        assert sorted(path.name for path in (FOLDER / "service" / kind).iterdir()) == [
            "body.mjml",
            "body.txt",
            "subject.txt",
        ]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_renders_with_its_link_and_its_sender(
    kind: str, language: str
) -> None:
    mail = render_service(kind, language, GIVEN)

    root = page(mail.html)
    assert mail.html.startswith("<!doctype html>")
    assert root.get("lang") == language
    assert root.findtext("head/title") == mail.subject
    assert len(list(root.iter("h1"))) == 1
    assert URL in root.xpath("//a/@href")
    assert "Postbus 1, 3500 AA Utrecht" in root.text_content()
    assert URL in mail.text.split("\n")
    assert "Stichting Buurtwijs" in mail.text
    assert all(len(line) <= 78 for line in mail.text.split("\n"))


def test_it_is_light_dark_and_fetches_nothing() -> None:
    html = render_service("confirmation", "nl", GIVEN).html

    assert "prefers-color-scheme:dark" in html
    assert page(html).xpath("//img | //link | //script") == []
    assert len(html.encode()) < 20_000


def test_hostile_values_stay_text() -> None:
    hostile = '"><script>alert(1)</script> {{ 7*7 }}\r\nBcc: x@y.nl'

    mail = render_service("confirmation", "nl", {**GIVEN, "list_name": hostile})

    assert page(mail.html).xpath("//script") == []
    assert "{{ 7*7 }}" in mail.html
    assert "\n" not in mail.subject


def test_a_value_that_is_missing_is_named() -> None:
    with pytest.raises(RenderingError, match=r"service/confirmation/.*'list_name'"):
        render_service("confirmation", "nl", {})


def test_a_kind_that_does_not_exist_is_named() -> None:
    with pytest.raises(RenderingError, match=r"service/gossip/subject\.txt"):
        render_service("gossip", "nl", GIVEN)
