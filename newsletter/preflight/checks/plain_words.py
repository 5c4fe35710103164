"""Plain language, as advice: who reads this is at work, or at the kitchen table.

The words are the editors' own and those of titles and teasers; what somebody said in a
quotation stays as it was said.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any

from newsletter.preflight.dutch import (
    is_passive,
    readability,
    sentences_in,
    words_in,
)
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.jargon import all_words, jargon_in
from newsletter.preflight.looking import Looking, Version
from newsletter.rendering.merge import Slot, marker
from newsletter.rendering.values import BlockValue, Text

LONG_SENTENCE: Words = {
    "nl": "{block} heeft een zin van {count} woorden: “{begin} …”. Maak er twee "
    "zinnen van; {most} woorden leest nog lekker.",
    "en": "{block} has a sentence of {count} words: “{begin} …”. Make two of it; "
    "{most} words still read well.",
}
HARD: Words = {
    "nl": "Versie {variant} leest moeilijk: {score} op de schaal van Flesch-Douma, en "
    "vanaf {least} kan bijna iedereen mee. Kortere woorden en zinnen helpen.",
    "en": "Version {variant} is hard to read: {score} on Flesch-Douma's scale, and "
    "from {least} almost everybody can keep up. Shorter words and sentences help.",
}
JARGON: Words = {
    "nl": "“{word}” in {block} is vaktaal. Gewoner is: {instead}.",
    "en": "“{word}” in {block} is jargon. Plainer is: {instead}.",
}
PASSIVE: Words = {
    "nl": "In {block} wordt {count} keer iets gedaan zonder te zeggen door wie, "
    "zoals in “{begin} …”. Zeg wie het doet.",
    "en": "{block} says {count} times that something is done and not by whom, as "
    "in “{begin} …”. Say who does it.",
}
CLICK: Words = {
    "nl": "De link “{link}” zegt niet waar hij heen gaat. Wie zich links laat "
    "voorlezen, hoort alleen dat. Noem wat er te vinden is.",
    "en": "The link “{link}” does not say where it leads. Who has links read out "
    "hears nothing else. Say what is to be found there.",
}
MOST_WORDS = 25
EASY = 50.0
_OFTEN = 2
_EMPTY_LINKS = frozenset(
    "klik|klik hier|hier|hier klikken|lees hier|lees meer|meer|meer lezen|lees verder|"
    "deze link|link|via deze link|click|click here|here|read more|more|this link".split(
        "|"
    )
)
_SPOKEN = frozenset({"quotation"})
# Fields of values that hold no running text.
_NO_PROSE = frozenset(
    "id kind url html place who audience relation sort colour colour_dark language "
    "teaser_language".split()
)


def check_sentences(looking: Looking) -> Iterator[Finding]:
    for _, block, text in _dutch_texts(looking):
        longest = max(
            sentences_in(text), key=lambda one: len(words_in(one)), default=""
        )
        count = len(words_in(longest))
        if count > MOST_WORDS:
            yield looking.finding(
                "long-sentence",
                Level.ADVICE,
                LONG_SENTENCE,
                block=block,
                count=count,
                begin=_begin(longest),
                most=MOST_WORDS,
            )


def check_readability(looking: Looking) -> Iterator[Finding]:
    if looking.issue.language != "nl":
        return
    for version in looking.versions:
        score = readability("\n\n".join(text for _, text in _texts(version)))
        if score is not None and score < EASY:
            yield looking.finding(
                "readability",
                Level.ADVICE,
                HARD,
                variant=version.planned.key,
                score=round(score),
                least=round(EASY),
            )


def check_jargon(looking: Looking) -> Iterator[Finding]:
    known = all_words(looking.session)
    for _, block, text in _dutch_texts(looking):
        for word, instead in jargon_in(text, known):
            yield looking.finding(
                "jargon", Level.ADVICE, JARGON, block=block, word=word, instead=instead
            )


def check_passive(looking: Looking) -> Iterator[Finding]:
    """Once is no matter."""
    for _, block, text in _dutch_texts(looking):
        passive = [one for one in sentences_in(text) if is_passive(one)]
        if len(passive) >= _OFTEN:
            yield looking.finding(
                "passive",
                Level.ADVICE,
                PASSIVE,
                block=block,
                count=len(passive),
                begin=_begin(passive[0]),
            )


def check_link_words(looking: Looking) -> Iterator[Finding]:
    for version in looking.versions:
        for link in version.mail.links:
            words = " ".join(link.text.split())
            if words.casefold().strip(".:!…>» ") in _EMPTY_LINKS:
                yield looking.finding(
                    "link-words",
                    Level.ADVICE,
                    CLICK,
                    block=version.block_with(link.url),
                    link=words,
                )


def _dutch_texts(looking: Looking) -> Iterator[tuple[Version, str, str]]:
    """Version, block and text, where the issue is in Dutch."""
    if looking.issue.language == "nl":
        for version in looking.versions:
            for block, text in _texts(version):
                yield version, block, text


def _texts(version: Version) -> Iterator[tuple[str, str]]:
    for value in version.values:
        if value.kind not in _SPOKEN:
            text = "\n\n".join(_prose(value)).replace(marker(Slot.NAME), "Anna")
            if text.strip():
                yield value.id, text


def _prose(value: BlockValue | Any) -> Iterator[str]:
    """Its running texts; of a text in two forms the plain one."""
    if isinstance(value, Text):
        yield value.plain
        return
    for field in dataclasses.fields(value):
        part = getattr(value, field.name)
        if field.name in _NO_PROSE:
            continue
        if isinstance(part, str):
            yield part
        elif isinstance(part, Text):
            yield part.plain
        elif isinstance(part, tuple):
            for one in part:
                yield from _prose(one)


def _begin(sentence: str) -> str:
    return " ".join(sentence.split()[:6])
