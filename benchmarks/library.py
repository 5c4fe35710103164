"""What finding and suggesting cost among ten thousand pieces, against the index."""

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
from sqlalchemy import TextClause, select, text
from sqlalchemy.orm import Session

from benchmarks.measure import Measure, in_turns
from benchmarks.pieces import library_of, vocabulary
from database.urls import sqlite_url
from newsletter.library.index import as_sought
from newsletter.library.models import KNOWLEDGE_KINDS, ItemKind, LibraryItem
from newsletter.library.search import find
from newsletter.library.similar import hits_of
from newsletter.library.stems import Sought, kind_mark, sought
from newsletter.library.suggest import suggest

QUERIES = 60
STORIES = 20
DAY = date(2026, 11, 20)
SHOWN = 50

# The same words in the same index, the newest fifty: all that a search must do.
_BARE = {
    "sqlite": "SELECT id, title FROM library_index "
    "JOIN library_item ON id = library_index.rowid "
    "WHERE library_index MATCH :words ORDER BY library_index.rowid DESC LIMIT 50",
    "postgresql": "SELECT id, title FROM library_item "
    "WHERE array_to_tsvector(string_to_array(stems, ' ')) @@ CAST(:words AS tsquery) "
    "ORDER BY id DESC LIMIT 50",
}


def measure(
    folder: Path, server_url: str, *, pieces: int, rounds: int
) -> Iterator[Measure]:
    folder.mkdir(parents=True, exist_ok=True)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS library")
        connection.execute("CREATE DATABASE library")
    urls = (
        sqlite_url(folder / "library.sqlite"),
        server_url.replace("/postgres?", "/library?"),
    )
    for url in urls:
        with library_of(url, pieces=pieces) as session:
            yield _searching(session, pieces, rounds)
            yield _suggesting(session, pieces, rounds)


def _searching(session: Session, pieces: int, rounds: int) -> Measure:
    dialect = session.connection().dialect.name
    asked = _queries()
    statement = text(_BARE[dialect])
    bare = [_as_typed(words, dialect) for words in asked]

    def ours() -> None:
        for words in asked:
            find(session, words, limit=SHOWN)
            session.expunge_all()

    def by_the_index() -> None:
        for words in bare:
            session.execute(statement, {"words": words}).all()

    ours()  # statements are compiled, files are in memory
    by_the_index()
    found = sum(len(find(session, words, limit=SHOWN)) for words in asked)
    taken, reference = in_turns(ours, by_the_index, rounds=rounds)
    return Measure(
        name=f"search {pieces:,} pieces, {_NAMES[dialect]}",
        value=taken / QUERIES * 1000,
        unit="ms",
        reference="a bare index query",
        reference_value=reference / QUERIES * 1000,
        note=f"{found / QUERIES:.0f} found of at most {SHOWN}",
    )


def _suggesting(session: Session, pieces: int, rounds: int) -> Measure:
    """Knowledge for a story, with the reasons, against the ranking query alone."""
    dialect = session.connection().dialect.name
    first = select(LibraryItem.id).where(LibraryItem.kind == ItemKind.STORY)
    stories = session.scalars(first.order_by(LibraryItem.id).limit(STORIES)).all()
    bare = [_ranking(session, number, dialect) for number in stories]
    theirs: list[list[int]] = []
    own: list[list[int]] = []

    def ours() -> None:
        own[:] = []
        for number in stories:
            found = suggest(session, session.get_one(LibraryItem, number), day=DAY)
            own.append([one.item.id for one in found])
            session.expunge_all()

    def by_the_index() -> None:
        theirs[:] = [list(session.scalars(statement)) for statement in bare]

    ours()
    by_the_index()
    assert own == theirs, "the same pieces in the same order"
    taken, reference = in_turns(ours, by_the_index, rounds=rounds)
    return Measure(
        name=f"suggestions among {pieces:,} pieces, {_NAMES[dialect]}",
        value=taken / STORIES * 1000,
        unit="ms",
        reference="a bare index query",
        reference_value=reference / STORIES * 1000,
        note="it knows beforehand what each word is worth",
    )


def _ranking(session: Session, number: int, dialect: str) -> TextClause:
    """Hand-written: the index asked for the same words, summed and sorted."""
    story = session.get_one(LibraryItem, number)
    among = Sought(tuple(kind_mark(kind) for kind in KNOWLEDGE_KINDS))
    where = {
        "sqlite": "SELECT {}, {}, rowid AS id FROM library_index "
        "WHERE library_index MATCH '{}'",
        "postgresql": "SELECT {}, {}, id FROM library_item "
        "WHERE array_to_tsvector(string_to_array(stems, ' ')) @@ CAST('{}' AS tsquery)",
    }[dialect]
    arms = [
        where.format(
            f"{each.worth!r} AS worth",
            f"{2 if each.term.is_theme else 1} AS times",
            as_sought([Sought((each.term.mark,)), among], dialect=dialect).replace(
                "'", "''"
            ),
        )
        for each in hits_of(session, story, KNOWLEDGE_KINDS)
    ]
    session.expunge_all()
    return text(
        f"SELECT id FROM ({' UNION ALL '.join(arms)}) AS hits "
        "GROUP BY id HAVING sum(times) > 1 ORDER BY sum(worth) DESC, id DESC LIMIT 5"
    )


_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def _queries() -> list[str]:
    """Rare and common words, two at a time, and half-typed ones."""
    dice = random.Random(7)
    words = vocabulary(random.Random(43))
    rare = [dice.choice(words[500:]) for _ in range(QUERIES // 3)]
    pairs = [" ".join(dice.sample(words[20:300], k=2)) for _ in range(QUERIES // 3)]
    begun = [dice.choice(words[50:2000])[:5] for _ in range(QUERIES // 3)]
    return [*rare, *pairs, *begun]


def _as_typed(words: str, dialect: str) -> str:
    """The words in the database's own language, each also as a beginning."""
    is_fts5 = dialect == "sqlite"
    either, both = (" OR ", " AND ") if is_fts5 else (" | ", " & ")
    mark, end = ('"', "*") if is_fts5 else ("'", ":*")
    return both.join(
        f"({either.join(f'{mark}{one}{mark}{end}' for one in each.any_of)})"
        for each in sought(words, most=10)
    )
