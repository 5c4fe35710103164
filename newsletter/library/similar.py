"""Pieces that speak of the same: a story's own words, looked up in the index.

Nothing is placed or linked here; whoever asks shows the reason beside each piece.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import (
    CompoundSelect,
    Integer,
    String,
    bindparam,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, defer

from newsletter.library.index import as_sought, ids_with
from newsletter.library.models import ItemKind, LibraryItem
from newsletter.library.stems import (
    Sought,
    kind_mark,
    stem,
    theme_mark,
    words_of,
)
from newsletter.library.stopwords import STOPWORDS
from newsletter.library.words import text_of

TERMS_MOST = 40  # words of the piece that are looked up
_LEAST_LETTERS = 4
_TITLE_COUNTS = 3
_THEME_COUNTS = 4
# What more than one in four has says nothing about any of them; of a few pieces it may.
_COMMON_SHARE = 4
_COMMON_LEAST = 20
_SPARE = 5  # pieces read beyond what is asked for


@dataclass(frozen=True)
class Similar:
    """A piece, and why it is thought to be alike."""

    item: LibraryItem
    score: float  # to compare with the others of the same answer only
    words: tuple[str, ...]  # both have, as the asking piece writes them; best first
    themes: tuple[str, ...]  # both have


@dataclass(frozen=True)
class Term:
    """A word or a theme of the piece, by its mark in the index."""

    mark: str
    shown: str
    weight: float
    is_theme: bool = False


@dataclass(frozen=True)
class Hits:
    """A term, and who has it."""

    term: Term
    worth: float
    ids: frozenset[int]


def most_similar(
    session: Session,
    item: LibraryItem,
    *,
    kinds: Collection[ItemKind] = tuple(ItemKind),
    fits: Callable[[LibraryItem], bool] = lambda _item: True,
    limit: int = 5,
) -> list[Similar]:
    """The pieces of these kinds that fit most like this one, best first; never itself.

    A word counts the more the fewer pieces have it; a shared theme counts as several.
    The same answer on both databases.
    """
    hits = hits_of(session, item, kinds)
    ranked = _ranked(hits, but=item.id)
    found: list[Similar] = []
    # A few more than are asked for: some may not fit.
    step = limit + _SPARE
    for start in range(0, len(ranked), step):
        batch = ranked[start : start + step]
        items = _items(session, [number for number, _score in batch])
        found += [
            _similar(items[number], score, hits)
            for number, score in batch
            if number in items and fits(items[number])
        ]
        if len(found) >= limit:
            break
    return found[:limit]


def _items(session: Session, numbers: Sequence[int]) -> dict[int, LibraryItem]:
    rows = session.scalars(
        select(LibraryItem)
        .options(defer(LibraryItem.body))
        .where(LibraryItem.id.in_(numbers))
    )
    return {one.id: one for one in rows}


def _ranked(hits: Sequence[Hits], *, but: int) -> list[tuple[int, float]]:
    """Ids with their scores, the best first. One word is chance, one theme is not."""
    scores: defaultdict[int, float] = defaultdict(float)
    times: Counter[int] = Counter()
    for each in hits:  # in the order of the terms: sums of fractions depend on it
        worth = each.worth
        for number in each.ids:
            scores[number] += worth
        times.update(each.ids)
        if each.term.is_theme:
            times.update(each.ids)
    enough = [
        (-score, -number)
        for number, score in scores.items()
        if times[number] > 1 and number != but
    ]
    return [(-number, -score) for score, number in sorted(enough)]


def _similar(item: LibraryItem, score: float, hits: Sequence[Hits]) -> Similar:
    shared = [each for each in hits if item.id in each.ids]
    words = [(one.worth, one.term.shown) for one in shared if not one.term.is_theme]
    return Similar(
        item,
        score,
        words=tuple(word for _, word in sorted(words, reverse=True)),
        themes=tuple(one.term.shown for one in shared if one.term.is_theme),
    )


def hits_of(
    session: Session, item: LibraryItem, kinds: Collection[ItemKind]
) -> list[Hits]:
    """Of each term that is not too common: the pieces of these kinds that have it."""
    dialect = session.connection().dialect.name
    among = Sought(tuple(kind_mark(kind) for kind in kinds))
    terms = _terms(item)
    if not terms:
        return []
    every = ids_with(literal(as_sought([among], dialect=dialect)), dialect=dialect)
    in_all = session.scalar(select(func.count()).select_from(every.subquery())) or 0
    most = max(_COMMON_LEAST, in_all // _COMMON_SHARE)
    asked = {
        f"sought_{place}": as_sought([Sought((term.mark,)), among], dialect=dialect)
        for place, term in enumerate(terms)
    }
    having = _having(len(terms), dialect)
    found = session.execute(having, {**asked, "most": most + 1}).all()
    hits = []
    for place, ids in sorted(found):
        have_it = frozenset(map(int, ids.split(",")))
        if len(have_it) <= most:
            term = terms[place]
            worth = term.weight * math.log1p(in_all / len(have_it))
            hits.append(Hits(term, worth, have_it))
    return hits


@lru_cache
def _having(terms: int, dialect: str) -> CompoundSelect[int, str]:
    """A row for each term that anybody has: its place, and their ids as one text.

    Ten thousand rows to read would take longer than to find them, and so would making
    the statement anew.
    """
    arms = []
    for place in range(terms):
        hits = (
            ids_with(bindparam(f"sought_{place}", type_=String()), dialect=dialect)
            .limit(bindparam("most", type_=Integer()))
            .subquery()
        )
        joined = func.aggregate_strings(cast(hits.c.id, String), ",")
        arms.append(select(literal(place, Integer), joined).having(func.count() > 0))
    return union_all(*arms)


def _terms(item: LibraryItem) -> list[Term]:
    """Its themes, and the words that say most about it."""
    themes = [
        Term(theme_mark(theme), theme, _THEME_COUNTS, is_theme=True)
        for theme in item.themes
        if words_of(theme)
    ]
    times: Counter[str] = Counter()
    written: dict[str, str] = {}
    for text, counts in (
        (item.title, _TITLE_COUNTS),
        (item.summary, 1),
        (text_of(item.body), 1),
    ):
        for word in words_of(text):
            if len(word) < _LEAST_LETTERS or word in STOPWORDS or word.isdigit():
                continue
            mark = stem(word, item.language)
            times[mark] += counts
            written.setdefault(mark, word)
    weights = {mark: 1 + math.log(count) for mark, count in times.items()}
    # How rare each is only the index knows, and asking it about all takes long. Long
    # words are rarer.
    best = sorted(
        weights,
        key=lambda mark: (-weights[mark] * min(12, len(written[mark])), mark),
    )
    return [
        *themes,
        *(Term(mark, written[mark], weights[mark]) for mark in best[:TERMS_MOST]),
    ]
