"""How plain a Dutch text is: sentences, syllables, what is done by nobody.

Only counts and regular expressions, so it is wrong now and then; that is why all that
comes of it is advice.
"""

import re
from collections.abc import Iterator
from functools import cache

from pyphen import Pyphen

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# A full stop in these ends no sentence.
_SHORTENED = re.compile(
    r"\b(bijv|bv|o\.a|d\.w\.z|m\.b\.t|t\.a\.v|nr|dhr|mevr|dr|drs|mr|ir|prof|ca|evt|incl"
    r"|jl|nl|resp|tel|vgl|z\.o\.z)\.",
    re.IGNORECASE,
)
_STOP = "\u2024"  # stands in for a full stop that ends nothing
_END = re.compile(r"(?<=[.!?…])[”’\"')]*\s+|\n\s*\n|\n(?=\s*(?:[-*•]|\d+\.)\s)")

_DONE = r"(?:ge\w{2,}(?:d|t|en)|(?:be|ver|ont|her)\w{2,}(?:d|t))"
_BECOMES = r"(?:word|wordt|worden|werd|werden)"
# Nouns that look like something done.
_NOT_DONE = frozenset(
    "gebied gebieden gemeenten gesprekken gezinnen gebouwen gevallen gedachten geld "
    "gewest gezond gerecht gerechten gebeurt gewoonten geheel verband bestand geluid "
    "geschikt bekend verschillend vertrouwd bezit".split()
)
_PASSIVE = (
    re.compile(rf"\b{_BECOMES}\b[^,;:]*?\b({_DONE})\b", re.IGNORECASE),
    re.compile(rf"\b({_DONE})\s+{_BECOMES}\b", re.IGNORECASE),
)


def words_in(text: str) -> list[str]:
    return _WORD.findall(text)


def sentences_in(text: str) -> Iterator[str]:
    """Each sentence, title or list item; what has no word is none."""
    guarded = _SHORTENED.sub(lambda found: found[0].replace(".", _STOP), text)
    for part in _END.split(guarded):
        sentence = " ".join(part.replace(_STOP, ".").split())
        if words_in(sentence):
            yield sentence


def is_passive(sentence: str) -> bool:
    """Whether something *wordt gedaan* in it, and it does not say by whom."""
    return any(
        found[1].casefold() not in _NOT_DONE
        for pattern in _PASSIVE
        for found in pattern.finditer(sentence)
    )


def readability(text: str) -> float | None:
    """Flesch's reading ease in Douma's Dutch form: 100 is easy, below 50 is hard.

    None for fewer than 100 words, of which it says nothing.
    """
    words = words_in(text)
    if len(words) < 100:
        return None
    sentences = sum(1 for _ in sentences_in(text))
    syllables = sum(syllables_in(word) for word in words)
    return 206.835 - 0.93 * len(words) / sentences - 77 * syllables / len(words)


def syllables_in(word: str) -> int:
    return len(_hyphenation().positions(word)) + 1


@cache
def _hyphenation() -> Pyphen:
    return Pyphen(lang="nl_NL", left=1, right=1)
