"""Dates, quotes and hosts as each language writes them; catalogues that are whole."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from newsletter.language import LOCALE, translations
from newsletter.rendering import wording
from newsletter.rendering.environment import FOLDER
from tests.newsletter.rendering.samples import AMSTERDAM, BASE

DAY = date(2026, 12, 3)
EVENING = datetime(2026, 12, 3, 19, 5, tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("function", "value", "dutch", "english"),
    [
        (wording.month, DAY, "december 2026", "December 2026"),
        (wording.short_month, DAY, "dec", "Dec"),
        (
            wording.long_date,
            DAY,
            "donderdag 3 december 2026",
            "Thursday 3 December 2026",
        ),
        (wording.clock, EVENING, "19.05", "19:05"),
        (wording.quoted, "Zo is het.", "‘Zo is het.’", "“Zo is het.”"),
        (wording.quoted, '"Zo"', '"Zo"', '"Zo"'),
        (wording.quoted, "’t Is zo", "’t Is zo", "’t Is zo"),
    ],
)
def test_a_value_is_written(
    function: Any, value: object, dutch: str, english: str
) -> None:
    assert (function(value, "nl"), function(value, "en")) == (dutch, english)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        (f"{BASE}/stories/a", ""),
        ("https://www.lpb.example/a", "lpb.example"),
        ("https://POST.example.nl/a", ""),
        ("mailto:anna@example.nl", ""),
        ("geen adres", ""),
    ],
)
def test_a_link_elsewhere_names_its_host(url: str, host: str) -> None:
    assert wording.elsewhere(url, BASE) == host


def test_an_unknown_language_reads_dutch() -> None:
    assert translations("fy", "mail").gettext("reader") == "lezer"


_ASKED = re.compile(r'_\("([^"]+)"')


@pytest.mark.parametrize(
    ("domain", "folder"), [("mail", "mail"), ("service", "service")]
)
def test_every_sentence_in_a_template_has_its_dutch(domain: str, folder: str) -> None:
    with (LOCALE / "nl" / f"{domain}.po").open("rb") as file:
        known = {message.id: message.string for message in read_po(file) if message.id}
    asked = {
        sentence
        for path in (FOLDER / folder).rglob("*")
        if path.is_file()
        for sentence in _ASKED.findall(path.read_text())
    }

    assert {sentence for sentence in asked if not known.get(sentence)} == set()


@pytest.mark.parametrize(
    "path",
    sorted(LOCALE.glob("*/*.po")),
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_a_translation_names_the_same_values(path: Path) -> None:
    with path.open("rb") as file:
        for message in read_po(file):
            if message.id and message.string:
                assert _names(message.string) == _names(message.id), message.id


def _names(text: Any) -> set[str]:
    forms = text if isinstance(text, (tuple, list)) else [text]
    return {name for form in forms for name in re.findall(r"%\((\w+)\)", form)}
