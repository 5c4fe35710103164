"""What finding a piece costs among ten thousand, against the index alone."""

import random
from collections.abc import Iterator
from pathlib import Path

import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.measure import Measure, in_turns
from benchmarks.pieces import library_of, vocabulary
from database.urls import sqlite_url
from newsletter.library.search import find
from newsletter.library.stems import sought

QUERIES = 60
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
        connection.execute("CREATE DATABASE library")
    urls = (
        sqlite_url(folder / "library.sqlite"),
        server_url.replace("/postgres?", "/library?"),
    )
    for url in urls:
        with library_of(url, pieces=pieces) as session:
            yield _searching(session, pieces, rounds)


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
