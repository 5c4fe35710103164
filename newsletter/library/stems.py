"""Words as the library's index knows them: no capitals, no accents, no endings.

*Verhalen*, *verhaal* and *Verhaaltje* are one stem. Both databases index these stems
as they are and stem nothing themselves: SQLite's FTS5 has no Dutch stemmer, so each
would answer differently. One column holds, with single spaces between them,

    the stems of all words
    °stem         of the words of its title
    §eten·drinken its themes, whole
    ¶vries        the words of its people's names, unstemmed
    ¤gm0150       its regions
    ¬story        its kind

The marks are no letters, so no word of a text is taken for one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import snowballstemmer

from newsletter.library.words import searchable

TITLE, THEME, PERSON, REGION, KIND = "°", "§", "¶", "¤", "¬"

_WORD = re.compile(r"[^\W_]+")
_WORD_MOST = 40  # characters
# PostgreSQL takes a megabyte in one tsvector; a piece may have 2 MB of text.
_BYTES_MOST = 500_000

_LOCK = Lock()  # a stemmer keeps the word it works on in itself
_STEMMERS = {
    "nl": snowballstemmer.stemmer("dutch"),
    "en": snowballstemmer.stemmer("english"),
}


# Words that are short in the singular and long in the plural (*dag*, *dagen*): the
# stemmer keeps them apart, also at the end of *donderdag* and *fietspad*.
_LENGTHENED = {
    "bad": "baad",
    "dag": "daag",
    "dak": "daak",
    "glas": "glaas",
    "hof": "hoof",
    "oorlog": "oorloog",
    "pad": "paad",
    "schip": "scheep",
    "slag": "slaag",
    "spel": "speel",
    "verbod": "verbood",
    "weg": "weeg",
}
_OTHER_FORMS = {
    **_LENGTHENED,
    **{long: short for short, long in _LENGTHENED.items()},
    # One way only: *steeds* and *geleden* stem like these, and stand everywhere.
    "steed": "stad",
    "leed": "lid",
}
_ENDS_SO = re.compile(f"({'|'.join(_OTHER_FORMS)})$")


@dataclass(frozen=True)
class Sought:
    """One of these must be in the index; with ``begins`` also inside longer words.

    Or one of ``whole``, which is never a beginning.
    """

    any_of: tuple[str, ...]
    begins: bool = False
    whole: tuple[str, ...] = ()


def words_of(text: str) -> list[str]:
    """Letters and digits only, plain, in order."""
    return [word[:_WORD_MOST] for word in _WORD.findall(searchable(text))]


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """A plain word's stem. Frisian is stemmed as Dutch: it has no stemmer."""
    with _LOCK:
        # A stemmer may leave nothing of a word.
        return _STEMMERS["en" if language == "en" else "nl"].stemWord(word) or word


def stems_of(text: str, language: str) -> list[str]:
    return [stem(word, language) for word in words_of(text)]


def indexed(
    *,
    title: str,
    texts: Iterable[str],
    themes: Iterable[str],
    people: Iterable[str],
    regions: Iterable[str],
    kind: str,
    language: str,
) -> str:
    """What the column holds for a piece: each once."""

    def every() -> Iterator[str]:
        in_title = stems_of(title, language)
        yield kind_mark(kind)
        yield from (TITLE + one for one in in_title)
        yield from (theme_mark(theme) for theme in themes if words_of(theme))
        yield from (PERSON + word for name in people for word in words_of(name))
        yield from (region_mark(code) for code in regions)
        yield from in_title
        for text in (*themes, *people, *texts):
            # One by one: of a giant text only as many as there is room for.
            yield from (stem(word, language) for word in words_of(text))

    kept: dict[str, None] = {}
    size = 0
    for one in every():
        if one not in kept:
            size += len(one.encode()) + 1
            if size > _BYTES_MOST:
                break
            kept[one] = None
    return " ".join(kept)


def theme_mark(theme: str) -> str:
    """``Eten en drinken`` and ``eten en drinken`` are one theme."""
    return THEME + "·".join(words_of(theme))


def region_mark(code: str) -> str:
    return REGION + code.casefold()


def kind_mark(kind: str) -> str:
    return KIND + kind


def sought(words: str, *, most: int) -> list[Sought]:
    """Each word as a stem of any language, or as the beginning of a longer word.

    Dutch glues words together: who types *buurt* also means the *buurtmaker*.
    """
    return [
        Sought(_in_any_language(word), begins=True, whole=_other_form(word))
        for word in words_of(words)[:most]
    ]


def sought_in_title(words: str, *, most: int) -> list[Sought]:
    """The same words, all of them in the title, whole."""
    return [
        Sought(
            tuple(TITLE + one for one in (*_in_any_language(word), *_other_form(word)))
        )
        for word in words_of(words)[:most]
    ]


def sought_person(name: str, *, most: int) -> list[Sought]:
    """Every word of a name, or its beginning."""
    return [Sought((PERSON + word,), begins=True) for word in words_of(name)[:most]]


def _in_any_language(word: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(stem(word, language) for language in _STEMMERS))


def _other_form(word: str) -> tuple[str, ...]:
    """*donderdagen* is *donderdag* too, and the other way round."""
    found = _ENDS_SO.search(one := stem(word, "nl"))
    if found is None:
        return ()
    return (one.removesuffix(found[1]) + _OTHER_FORMS[found[1]],)
