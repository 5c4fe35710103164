"""Every word of the desk is there in Dutch and in English."""

from datetime import timedelta

import pytest
from flask import Flask

from newsletter.dispatch.states import DeliveryState, Exclusion, MailingState
from newsletter.language import LANGUAGES
from newsletter.library.models import ItemKind, Relation
from tests.conftest import NOW
from tests.web.catalogues import assert_complete, catalogue, problems, used
from web.editors import words


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_every_word_and_no_other(language: str) -> None:
    assert_complete(catalogue(language, "desk"), used("editors"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_places_to_fill_in(language: str) -> None:
    assert problems(catalogue(language, "desk")) == []


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
