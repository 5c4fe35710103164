"""Pieces are found by their words, the same on every database."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.library.models import KNOWLEDGE_KINDS, ItemKind
from newsletter.library.search import find
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
    add("cafe", title="Één café", people=["Anna"], now=NOW - timedelta(days=2))
    add("tafel", body="<p>Soep in het café, 100% gratis.</p>", partner="lpb")
    add(
        "methode",
        kind=ItemKind.METHOD,
        themes=["ontmoeten"],
        now=NOW - timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("", ["tafel", "methode", "cafe"]),
        ("CAFE", ["cafe", "tafel"]),
        ("een CAFÉ", ["cafe"]),
        ("soep gratis", ["tafel"]),
        ("anna", ["cafe"]),
        ("ontmoet", ["methode"]),
        ("100%", ["tafel"]),
        ("1_0", []),
        ("%", ["tafel"]),
        ("soep\0", ["tafel"]),
        ("niets hiervan", []),
    ],
)
def test_all_words_are_found_first_in_titles_then_the_newest(
    session: Session, words: str, slugs: list[str]
) -> None:
    assert [item.slug for item in find(session, words)] == slugs


def test_the_finds_can_be_narrowed(session: Session) -> None:
    assert [item.slug for item in find(session, kind=KNOWLEDGE_KINDS)] == ["methode"]
    assert [item.slug for item in find(session, partner="lpb")] == ["tafel"]
    stories = find(session, kind=ItemKind.STORY, without=["tafel"])
    assert [item.slug for item in stories] == ["cafe"]
    assert len(find(session, limit=1)) == 1
