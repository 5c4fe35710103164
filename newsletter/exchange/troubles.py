"""What can be wrong with a feed: what happened, and what to do about it.

The code is kept in the feed's row; whoever reads it there says it in a language.
"""

from collections.abc import Mapping
from enum import StrEnum


class Trouble(StrEnum):
    """Why the last try brought nothing."""

    NOT_ALLOWED = "not_allowed"
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    REDIRECTS = "redirects"
    NO_SENSE = "no_sense"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    GONE = "gone"
    BUSY = "busy"
    STUMBLES = "stumbles"
    WEB_PAGE = "web_page"
    WEB_PAGE_WITH_FEED = "web_page_with_feed"
    NOT_A_FEED = "not_a_feed"
    EMPTY = "empty"


Words = Mapping[str, tuple[str, str]]  # by language: what happened, what to do

WORDS: Mapping[Trouble, Words] = {
    Trouble.NOT_ALLOWED: {
        "nl": (
            "Dit adres wijst naar een afgeschermd netwerk, of is geen webadres.",
            "Vraag de partner om het openbare adres van de feed.",
        ),
        "en": (
            "This address leads to a private network, or is not on the web.",
            "Ask the partner for the feed's public address.",
        ),
    },
    Trouble.UNREACHABLE: {
        "nl": (
            "De server is niet te bereiken.",
            "Klopt het adres? Zo ja, wacht even; we proberen het vanzelf weer.",
        ),
        "en": (
            "The server cannot be reached.",
            "Is the address right? If so, wait: we try again by ourselves.",
        ),
    },
    Trouble.TOO_SLOW: {
        "nl": ("Na tien seconden was er nog geen heel antwoord.", ""),
        "en": ("After ten seconds there was no whole answer.", ""),
    },
    Trouble.TOO_LARGE: {
        "nl": (
            "De feed is groter dan 5 MB.",
            "Vraag de partner om een feed met alleen de laatste stukken.",
        ),
        "en": (
            "The feed is larger than 5 MB.",
            "Ask the partner for a feed with only the latest pieces.",
        ),
    },
    Trouble.REDIRECTS: {
        "nl": (
            "Het adres stuurt ons steeds door naar een ander adres.",
            "Open het in een browser en geef het adres waar je uitkomt.",
        ),
        "en": (
            "The address keeps sending us on to another one.",
            "Open it in a browser and give the address where it ends.",
        ),
    },
    Trouble.NO_SENSE: {
        "nl": ("Het antwoord was onverstaanbaar ({detail}).", ""),
        "en": ("The answer made no sense ({detail}).", ""),
    },
    Trouble.REFUSED: {
        "nl": (
            "De server laat ons niet binnen (status {detail}).",
            "Vraag de partner of de feed openbaar is.",
        ),
        "en": (
            "The server does not let us in (status {detail}).",
            "Ask the partner whether the feed is public.",
        ),
    },
    Trouble.NOT_FOUND: {
        "nl": (
            "Op dit adres staat niets (status {detail}).",
            "Vraag de partner naar het nieuwe adres.",
        ),
        "en": (
            "There is nothing at this address (status {detail}).",
            "Ask the partner for the new one.",
        ),
    },
    Trouble.GONE: {
        "nl": (
            "De feed is weg, zegt de server, en komt niet terug.",
            "Vraag de partner naar een nieuw adres; we vragen dit niet meer op.",
        ),
        "en": (
            "The feed is gone for good, the server says.",
            "Ask the partner for a new address; we ask this one no more.",
        ),
    },
    Trouble.BUSY: {
        "nl": ("De server vraagt ons te wachten (status {detail}).", ""),
        "en": ("The server asks us to wait (status {detail}).", ""),
    },
    Trouble.STUMBLES: {
        "nl": ("De server heeft zelf een storing (status {detail}).", ""),
        "en": ("The server has trouble of its own (status {detail}).", ""),
    },
    Trouble.WEB_PAGE: {
        "nl": (
            "Dit is een webpagina, geen feed.",
            "Vraag de partner om het adres van de feed.",
        ),
        "en": (
            "This is a web page, not a feed.",
            "Ask the partner for the feed's address.",
        ),
    },
    Trouble.WEB_PAGE_WITH_FEED: {
        "nl": (
            "Dit is een webpagina. De feed ervan is {detail}",
            "Voeg dat adres toe en haal dit weg.",
        ),
        "en": (
            "This is a web page. Its feed is {detail}",
            "Add that address and take this one away.",
        ),
    },
    Trouble.NOT_A_FEED: {
        "nl": (
            "Wat hier staat is niet als feed te lezen.",
            "Het moet RSS, Atom of JSON Feed zijn. Vraag het de partner.",
        ),
        "en": (
            "What is here cannot be read as a feed.",
            "It must be RSS, Atom or JSON Feed. Ask the partner.",
        ),
    },
    Trouble.EMPTY: {
        "nl": (
            "De feed is leeg, en eerder stonden er stukken in.",
            "Wat we hebben blijft staan. Vraag de partner of het klopt.",
        ),
        "en": (
            "The feed is empty, and there were pieces in it before.",
            "What we have stays. Ask the partner whether it is right.",
        ),
    },
}


def say(trouble: Trouble | str, detail: str, language: str) -> tuple[str, str]:
    """What happened and what to do; the second is "" when it goes on by itself."""
    words = WORDS[Trouble(trouble)]
    what, do = words.get(language, words["en"])
    return what.format(detail=detail), do
