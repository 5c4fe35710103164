"""Pieces that speak of the same: a story's own words, looked up in the index.

Nothing is placed or linked here; whoever asks shows the reason beside each piece.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session, defer

from newsletter.library.index import ids_with
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


@dataclass(frozen=True)
class Similar:
    """A piece, and why it is thought to be alike."""

    item: LibraryItem
    score: float  # to compare with the others of the same answer only
    words: tuple[str, ...]  # both have, as the asking piece writes them; best first
    themes: tuple[str, ...]  # both have


@dataclass(frozen=True)
class _Term:
    """A word or a theme of the piece, by its mark in the index."""

    mark: str
    shown: str
    weight: float
    is_theme: bool = False


@dataclass
class _Found:
    score: float = 0
    words: list[tuple[float, str]] = field(default_factory=list)
    themes: list[str] = field(default_factory=list)

    @property
    def is_enough(self) -> bool:
        """One word is chance."""
        return bool(self.themes) or len(self.words) > 1


def most_similar(
    session: Session,
    item: LibraryItem,
    *,
    kinds: Collection[ItemKind] = tuple(ItemKind),
    without: Collection[str] = (),
    limit: int = 5,
) -> list[Similar]:
    """The pieces of these kinds most like this one, best first; never itself.

    A word counts the more the fewer pieces have it; a shared theme counts as several.
    The same answer on both databases.
    """
    found = _found(session, item, kinds)
    ranked = sorted(
        (number for number, one in found.items() if one.is_enough),
        key=lambda number: (-found[number].score, -number),
    )
    # A few more than are asked for: those left out are known by their slugs only.
    wanted = ranked[: limit + len(without) + 1]
    items = {
        one.id: one
        for one in session.scalars(
            select(LibraryItem)
            .options(defer(LibraryItem.body))
            .where(LibraryItem.id.in_(wanted))
        )
        if one.slug not in without and one.id != item.id
    }
    return [
        Similar(
            items[number],
            found[number].score,
            tuple(word for _, word in sorted(found[number].words, reverse=True)),
            tuple(found[number].themes),
        )
        for number in wanted
        if number in items
    ][:limit]


def _found(
    session: Session, item: LibraryItem, kinds: Collection[ItemKind]
) -> dict[int, _Found]:
    """What the index has on each piece of these kinds, by its id."""
    dialect = session.connection().dialect.name
    among = Sought(tuple(kind_mark(kind) for kind in kinds))
    in_all = len(session.execute(ids_with([among], dialect=dialect)).all())
    most = max(_COMMON_LEAST, in_all // _COMMON_SHARE)
    terms = _terms(item)
    if not terms:
        return {}
    arms = []
    for number, term in enumerate(terms):
        hits = (
            ids_with([Sought((term.mark,)), among], dialect=dialect)
            .limit(most + 1)
            .subquery()
        )
        arms.append(select(literal(number).label("term"), hits.c.id))
    ids: dict[int, list[int]] = defaultdict(list)
    for number, id_ in session.execute(union_all(*arms)):
        ids[number].append(id_)
    found: dict[int, _Found] = defaultdict(_Found)
    # In the order of the terms: sums of fractions depend on it.
    for number, term in enumerate(terms):
        having = ids[number]
        if len(having) > most:
            continue
        worth = term.weight * math.log1p(in_all / max(1, len(having)))
        for id_ in having:
            one = found[id_]
            one.score += worth
            if term.is_theme:
                one.themes.append(term.shown)
            else:
                one.words.append((worth, term.shown))
    found.pop(item.id, None)
    return found


def _terms(item: LibraryItem) -> list[_Term]:
    """Its themes, and the words that say most about it."""
    themes = [
        _Term(theme_mark(theme), theme, _THEME_COUNTS, is_theme=True)
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
        *(_Term(mark, written[mark], weights[mark]) for mark in best[:TERMS_MOST]),
    ]
