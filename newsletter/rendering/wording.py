"""Dates, addresses and quotation marks the way the mail's language writes them."""

import re
from datetime import date, datetime
from urllib.parse import urlsplit

from babel import Locale
from babel.dates import format_date

from newsletter.rendering.errors import RenderingError

_LOCALES = {"nl": "nl_NL", "en": "en_GB"}
_CLOCKS = {"nl": "%H.%M", "en": "%H:%M"}
_QUOTES = {"nl": ("‘", "’"), "en": ("“", "”")}
_ANY_QUOTE = "'\"‘’“”„«»"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def locale_of(language: str) -> str:
    return _LOCALES.get(language, _LOCALES["nl"])


def direction(language: str) -> str:
    """ltr or rtl."""
    return Locale.parse(locale_of(language)).text_direction


def month(day: date, language: str) -> str:
    """november 2026"""
    return format_date(day, "MMMM y", locale=locale_of(language))


def short_month(day: date, language: str) -> str:
    """nov"""
    return format_date(day, "MMM", locale=locale_of(language)).rstrip(".")


def long_date(day: date, language: str) -> str:
    """donderdag 3 december 2026"""
    return format_date(day, "EEEE d MMMM y", locale=locale_of(language))


def clock(moment: datetime, language: str) -> str:
    """19.30 in Dutch, 19:30 in English"""
    return moment.strftime(_CLOCKS.get(language, _CLOCKS["nl"]))


def quoted(text: str, language: str) -> str:
    """In quotation marks, unless the writer already put them."""
    text = text.strip()
    if text[:1] in _ANY_QUOTE:
        return text
    opening, closing = _QUOTES.get(language, _QUOTES["nl"])
    return f"{opening}{text}{closing}"


def elsewhere(url: str, base_url: str) -> str:
    """The host a link leads to ("lpb.nl"), or "" when it stays with us."""
    host = urlsplit(url).hostname or ""
    if host == (urlsplit(base_url).hostname or ""):
        return ""
    return host.removeprefix("www.")


def colour(value: str) -> str:
    """``#rrggbb`` and nothing else: it is written into a style sheet."""
    if not _COLOUR.fullmatch(value):
        raise RenderingError(
            f"{value!r} is no colour. Write six digits, such as #0b5c85."
        )
    return value.lower()


def tone(light: str) -> str:
    """The class of what is in a partner's colour; dark mode finds it by that."""
    return f"tone-{colour(light).removeprefix('#')}"
