"""Every word on a public page is there in Dutch and in English."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

import templates
import web
from newsletter.language import LANGUAGES, LOCALE

WORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
# The desk has a catalogue of its own.
ELSEWHERE = {"editors", "node_modules", "static"}


def used() -> set[str]:
    """The first form of every message in templates and code."""
    folders = (
        (
            Path(templates.__file__).parent / "web",
            [("**.html", "jinja2.ext:babel_extract")],
        ),
        (Path(web.__file__).parent, [("**.py", "python")]),
    )
    found: set[str] = set()
    for folder, how in folders:
        for _file, _line, message, *_rest in extract_from_dir(
            str(folder),
            how,
            options_map={"**.html": {"silent": "false"}},
            keywords=WORDS,
            directory_filter=lambda path: Path(path).name not in ELSEWHERE,
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "public.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_every_word_and_no_other(language: str) -> None:
    known = {
        message.id if isinstance(message.id, str) else message.id[0]: message
        for message in catalogue(language)
        if message.id
    }

    assert set(known) == used()
    for text, message in known.items():
        forms = (
            message.string if isinstance(message.string, tuple) else (message.string,)
        )
        assert all(forms), text
        assert not message.fuzzy, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_places_to_fill_in(language: str) -> None:
    problems = [
        (message.id, str(error))
        for message in catalogue(language)
        for error in message.check(catalogue(language))
    ]

    assert problems == []


@pytest.mark.parametrize(
    ("address", "accept", "language", "title"),
    [
        ("/subscribe", "", "nl", "Aanmelden"),
        ("/subscribe", "en-GB,en;q=0.8", "en", "Subscribe"),
        ("/subscribe", "de,fr", "nl", "Aanmelden"),
        ("/subscribe?lang=en", "nl", "en", "Subscribe"),
        ("/subscribe?lang=xx", "en", "en", "Subscribe"),
    ],
)
def test_the_page_speaks_the_language_asked_for(
    client: FlaskClient, address: str, accept: str, language: str, title: str
) -> None:
    page = client.get(address, headers={"Accept-Language": accept}).text

    assert f'<html lang="{language}">' in page
    assert f"<h1>{title}</h1>" in page


def test_a_language_asked_for_is_carried_along(client: FlaskClient) -> None:
    page = client.get("/subscribe?lang=en").text

    assert 'href="/privacy?lang=en"' in page
    assert 'href="/issues/?lang=en"' in page
    assert "/static/public.css?" not in page
