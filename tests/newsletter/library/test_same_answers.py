"""SQLite and PostgreSQL find the same pieces, in the same order, whatever is asked."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from database.session import open_database
from newsletter.library.index import index_item
from newsletter.library.models import KNOWLEDGE_KINDS, ItemKind, LibraryItem
from newsletter.library.search import find
from newsletter.library.similar import most_similar
from tests.conftest import BACKENDS, NOW, fresh_url

WORDS = """
buurt buurttafel buurttafels tafel tafels tafelen soep Soep soepel één een eén café
cafés CAFE ontmoeten ontmoeting ontmoet straat straten Straße it's zo'n 's-Gravenhage
e-mail 3,5 50% 2026-11-20 vrijwilligers vrijwilliger ñandú Ελλάδα Ёлка naïef coöperatie
a & | ! ( ) : * ' " \\ AND OR NOT NEAR https://buurt.example/soep?a=b#c
""".split()
THEMES = ["eten", "Eten", "straat en plein", "één", "&|"]
PLACES = ["GM0150", "PV23", "GM0363", "NL"]
LANGUAGES = ["nl", "en", "fy"]


@pytest.fixture(scope="module")
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Session, Session]]:
    """The same two hundred pieces in either database."""
    with ExitStack() as stack:
        sessions = []
        for backend in BACKENDS:
            folder = tmp_path_factory.mktemp("both")
            database = open_database(fresh_url(request, folder, backend))
            stack.callback(database.close)
            session = stack.enter_context(database.write())
            _fill(session, random.Random(5))
            sessions.append(session)
        yield sessions[0], sessions[1]


def _fill(session: Session, dice: random.Random) -> None:
    def some(of: list[str], most: int) -> list[str]:
        return dice.choices(of, k=dice.randint(0, most))

    for number in range(200):
        item = LibraryItem(
            slug=f"stuk-{number}",
            kind=dice.choice(list(ItemKind)),
            title=" ".join(["Stuk", *some(WORDS, 3)]),
            summary=" ".join(some(WORDS, 5)),
            body=f"<p>{' '.join(some(WORDS, 40))}</p>",
            language=dice.choice(LANGUAGES),
            people=some(WORDS, 2),
            regions=some(PLACES, 1),
            themes=some(THEMES, 2),
            created_at=NOW,
            updated_at=NOW,
        )
        index_item(session, item)
        session.add(item)
    session.flush()


_WORDS = st.lists(
    st.one_of(
        st.sampled_from(WORDS),
        st.sampled_from(WORDS).map(lambda word: word[:3]),
        st.text(max_size=6),
    ),
    max_size=3,
).map(" ".join)


_ASKED = st.fixed_dictionaries(
    {
        "words": _WORDS,
        "kind": st.sampled_from([None, ItemKind.STORY, KNOWLEDGE_KINDS]),
        "theme": st.sampled_from([None, *THEMES]),
        "region": st.sampled_from([None, "Overijssel", "Deventer", "GM0363"]),
        "person": st.sampled_from([None, *WORDS]),
        "limit": st.sampled_from([3, 1000]),
    }
)


@settings(max_examples=150)
@given(asked=_ASKED)
@example(asked={"words": "a & ! ' \\ \0", "theme": "&|"})
@example(asked={"words": "tafels"})
def test_a_search_finds_the_same_in_the_same_order(
    both: tuple[Session, Session], asked: dict[str, Any]
) -> None:
    ours, other = ([one.slug for one in find(each, **asked)] for each in both)

    assert ours == other


def test_what_is_alike_is_the_same_with_the_same_reason(
    both: tuple[Session, Session],
) -> None:
    def alike(session: Session) -> list[object]:
        return [
            (item.slug, one.item.slug, one.score, one.words, one.themes)
            for item in session.scalars(
                select(LibraryItem).order_by(LibraryItem.id).limit(50)
            )
            for one in most_similar(session, item, limit=10)
        ]

    ours, other = map(alike, both)

    assert ours == other
    assert len(ours) > 100
