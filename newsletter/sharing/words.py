"""The few words of feeds of stories, in Dutch and English."""

from collections.abc import Mapping

_WORDS: Mapping[str, Mapping[str, str]] = {
    "partner title": {
        "nl": "{house} voor {partner}",
        "en": "{house} for {partner}",
    },
    "partner about": {
        "nl": "Verhalen van {house} die je mag overnemen.",
        "en": "Stories of {house} that you may take over.",
    },
    "title": {
        "nl": "{house}: verhalen",
        "en": "{house}: stories",
    },
    "about": {
        "nl": "De verhalen uit de nummers van {house}.",
        "en": "The stories in the issues of {house}.",
    },
    "rights": {
        "nl": "Overnemen mag, met de naam {house} en een link naar het verhaal.",
        "en": "You may take it over, with the name {house} and a link to the story.",
    },
}


def say(key: str, language: str, **facts: str) -> str:
    """In Dutch when it is neither Dutch nor English."""
    words = _WORDS[key]
    return words.get(language, words["nl"]).format(**facts)
