"""Every word of the desk is there in Dutch and in English."""

from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask

import templates
import web
from newsletter.dispatch.models import DeliveryState, Exclusion, MailingState
from newsletter.language import LANGUAGES, LOCALE
from newsletter.library.models import ItemKind, Relation
from tests.conftest import NOW
from web.editors import words

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}


def used() -> set[str]:
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
            str(folder / "editors"),
            how,
            options_map={"**.html": {"silent": "false"}},
            keywords=KEYWORDS,
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "desk.po").open("rb") as file:
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_places_to_fill_in(language: str) -> None:
    problems = [
        (message.id, str(error))
        for message in catalogue(language)
        for error in message.check(catalogue(language))
    ]

    assert problems == []


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "vandaag 10.30"),
        (1, "morgen 10.30"),
        (-1, "gisteren 10.30"),
        (4, "dinsdag 10.30"),
        (40, "30 december 2026 10.30"),
    ],
)
def test_a_moment_is_said_as_people_say_it(app: Flask, days: int, said: str) -> None:
    with app.test_request_context("/desk/?lang=nl"):
        assert words.when(NOW + timedelta(days=days)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (3, "een paar seconden"),
        (31, "30 seconden"),
        (240, "4 minuten"),
        (9000, "2 uur"),
    ],
)
def test_how_long_still_is_said_roughly(app: Flask, seconds: int, said: str) -> None:
    with app.test_request_context("/desk/?lang=nl"):
        assert words.lasting(seconds) == said
        assert words.number(2350) == "2.350"


def test_everything_a_page_may_show_has_a_word(app: Flask) -> None:
    with app.test_request_context("/desk/"):
        assert all(words.mailing_state(state) for state in MailingState)
        assert all(words.exclusion(reason) for reason in Exclusion)
        assert all(words.item_kind(kind) for kind in ItemKind)
        assert all(words.relation(relation) for relation in Relation)
        states = {state.value for state in DeliveryState} - {"queued"} | {"waiting"}
        assert all(words.delivery_state(state) for state in states)
