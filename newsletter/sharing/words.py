"""The few words of a partner's feed. It is made for partners here, so in Dutch."""

from collections.abc import Mapping

_WORDS: Mapping[str, str] = {
    "title": "{house} voor {partner}",
    "description": "Verhalen van {house} die je mag overnemen.",
    "badge": "Bron: {name}",
    "rights": "Overnemen mag, met de naam {house} en een link naar het verhaal.",
}


def say(key: str, **facts: str) -> str:
    return _WORDS[key].format(**facts)
