"""Every word on a public page is there in Dutch and in English."""

import pytest
from flask.testing import FlaskClient

from newsletter.language import LANGUAGES
from tests.web.catalogues import assert_complete, catalogue, problems, used

# The desk has a catalogue of its own.
ELSEWHERE = {"editors", "node_modules", "static"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_every_word_and_no_other(language: str) -> None:
    assert_complete(catalogue(language, "public"), used(leaving_out=ELSEWHERE))


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_places_to_fill_in(language: str) -> None:
    assert problems(catalogue(language, "public")) == []


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
