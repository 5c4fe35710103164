"""Pieces are found by their words, the same on every database."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from newsletter.library.models import KNOWLEDGE_KINDS, ItemKind
from newsletter.library.search import all_themes, find
from newsletter.partners.partners import add_partner
from newsletter.settings import Settings
from tests.conftest import NOW
from tests.newsletter.library.conftest import Add
from tests.newsletter.pictures import picture


@pytest.fixture(autouse=True)
def _pieces(session: Session, settings: Settings, add: Add) -> None:
    add_partner(
        session,
        settings,
        slug="lpb",
        name="LPB",
        logo=picture(),
        colour="#0b5c85",
        now=NOW,
    )
    add("cafe", title="Één café", people=["Anna de Vries"], regions=["Deventer"])
    add(
        "methode",
        kind=ItemKind.METHOD,
        themes=["Ontmoeten in de wijk", "eten"],
        body="<p>Bewoners kennen elkaar.</p>",
    )
    add("tafel", body="<p>Soep in het café, 100% gratis.</p>", partner="lpb")
    add("neighbours", title="Sharing stories", language="en", themes=["Eten"])


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("", ["neighbours", "tafel", "methode", "cafe"]),
        ("CAFE", ["cafe", "tafel"]),
        ("een CAFÉ", ["cafe"]),
        ("soep gratis", ["tafel"]),
        ("anna", ["cafe"]),
        ("ontmoeting", ["methode"]),
        ("bewoner", ["methode"]),
        ("bewo", ["methode"]),
        ("woner", []),  # the end of a word is not what anybody types
        ("cafés", ["cafe", "tafel"]),
        ("story shared", ["neighbours"]),
        ("deventer", ["cafe"]),
        ("100%", ["tafel"]),
        ("1_0", []),
        ("%", []),
        ('"soep" OR 1', []),
        ("soep\0", ["tafel"]),
        ("niets hiervan", []),
    ],
)
def test_all_words_are_found_first_in_titles_then_the_newest(
    session: Session, words: str, slugs: list[str]
) -> None:
    assert [item.slug for item in find(session, words)] == slugs


@pytest.mark.parametrize(
    ("narrowed", "slugs"),
    [
        ({"kind": KNOWLEDGE_KINDS}, ["methode"]),
        ({"partner": "lpb"}, ["tafel"]),
        ({"kind": ItemKind.STORY, "without": ["tafel"]}, ["neighbours", "cafe"]),
        ({"only": ["tafel", "cafe"]}, ["tafel", "cafe"]),
        ({"only": []}, []),
        ({"limit": 1}, ["neighbours"]),
        ({"theme": "ETEN"}, ["neighbours", "methode"]),
        ({"theme": "ontmoeten in de wijk"}, ["methode"]),
        ({"theme": "ontmoeten"}, []),  # a theme is meant whole
        ({"region": "Overijssel"}, ["cafe"]),
        ({"region": "GM0150"}, ["cafe"]),
        ({"region": "Drenthe"}, []),
        ({"person": "vries anna"}, ["cafe"]),
        ({"person": "Anna Jansen"}, []),
        ({"words": "soep", "partner": "lpb", "region": "Deventer"}, []),
    ],
)
def test_the_finds_can_be_narrowed(
    session: Session, narrowed: dict[str, Any], slugs: list[str]
) -> None:
    assert [item.slug for item in find(session, **narrowed)] == slugs


def test_every_theme_is_named_once(session: Session) -> None:
    assert [one.casefold() for one in all_themes(session)] == [
        "eten",
        "ontmoeten in de wijk",
    ]


def test_a_changed_piece_is_found_by_its_new_words_only(
    session: Session, add: Add
) -> None:
    add("tafel", body="<p>Brood op het plein.</p>", replace=True)

    assert [item.slug for item in find(session, "brood")] == ["tafel"]
    assert find(session, "gratis") == []


def test_a_piece_that_is_gone_is_not_found(session: Session, add: Add) -> None:
    session.delete(add("weg", body="<p>Verdwenen.</p>"))
    session.flush()

    assert find(session, "verdwenen") == []


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("maandag", "maandagen"),
        ("dagen", "dag"),
        ("binnenstad", "binnensteden"),
        ("fietspad", "fietspaden"),
        ("snelwegen", "snelweg"),
        ("wijkraadslid", "wijkraadsleden"),
    ],
)
def test_a_word_that_is_longer_in_the_plural_is_found_either_way(
    session: Session, add: Add, written: str, asked: str
) -> None:
    add("lang", title=f"Over {written}")
    add("ook", title="Iets", body=f"<p>Over {written}.</p>")

    assert [item.slug for item in find(session, asked)] == ["lang", "ook"]


def test_the_other_form_is_no_beginning_of_other_words(
    session: Session, add: Add
) -> None:
    add("meten", title="De weegschaal staat er steeds", body="<p>Al lang geleden.</p>")

    for asked in ("weg", "stad", "lid"):
        assert find(session, asked) == []
