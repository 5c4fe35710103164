"""What a feed says, as frozen values in our own forms: cut to size and made safe."""

import hashlib
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newsletter.errors import NewsletterError
from newsletter.exchange.troubles import Trouble
from newsletter.library.bodies import Format, body_from
from newsletter.library.stories import (
    LANGUAGES,
    NAME_MOST,
    SUMMARY_MOST,
    TITLE_MOST,
    URL_MOST,
)
from newsletter.library.words import summarise, text_of
from newsletter.rendering.errors import RenderingError
from newsletter.rendering.richtext import LONGEST

MOST_ENTRIES = 500  # of one document; the first ones
_GUID_MOST = 500
_PEOPLE_MOST, _THEMES_MOST = 10, 20
_IMAGE = re.compile(
    r"""<img\b[^<>]{0,2000}?\bsrc\s*=\s*["'](https?://[^"'\s]{1,2000})"""
)


class NotAFeed(NewsletterError):
    """What was fetched cannot be read as a feed."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}" if detail else str(trouble))
        self.trouble = trouble
        self.detail = detail


@dataclass(frozen=True)
class SourceEntry:
    """One piece as its source has it."""

    guid: str
    url: str | None
    title: str
    summary: str
    body: str  # sanitised HTML
    published_on: date | None
    people: tuple[str, ...]
    themes: tuple[str, ...]
    language: str
    image: str | None  # its address at the source

    def to_document(self) -> dict[str, Any]:
        document = asdict(self)
        document["published_on"] = (
            self.published_on.isoformat() if self.published_on else None
        )
        return document

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "SourceEntry":
        day = document["published_on"]
        return cls(
            **{
                **document,
                "published_on": date.fromisoformat(day) if day else None,
                "people": tuple(document["people"]),
                "themes": tuple(document["themes"]),
            }
        )


@dataclass(frozen=True)
class Document:
    """A feed as it was read, its entries in their order."""

    title: str
    entries: tuple[SourceEntry, ...]
    withdrawn: frozenset[str] = frozenset()  # GUIDs the source says are gone (RFC 6721)


def make_entry(
    *,
    guid: str,
    url: str,
    title: str,
    summary: str,
    content: str,
    content_format: Format = Format.HTML,
    published: datetime | None,
    people: Iterable[str],
    themes: Iterable[str],
    language: str,
    image: str,
    zone: ZoneInfo,
) -> SourceEntry:
    """Texts as a feed gives them, made what the library can hold; never raises.

    ``title`` and ``summary`` are plain text, "" is unknown. An entry without a GUID is
    known by its address, and one without either by its words.
    """
    address = web_address(url)
    title = _cut(title, TITLE_MOST)
    body = _body(content, content_format, title)
    words = text_of(body)
    title = title or _cut(summary or words, 80) or address or "?"
    summary = _cut(summary, SUMMARY_MOST) or summarise(body)
    known_by = guid.strip() or address or _hash(title + words)
    if len(known_by) > _GUID_MOST:
        known_by = _hash(known_by)
    return SourceEntry(
        guid=known_by,
        url=address,
        title=title,
        summary=summary,
        body=body,
        published_on=_day(published, zone),
        people=_names((name for name in people if "@" not in name), _PEOPLE_MOST),
        themes=_names(themes, _THEMES_MOST),
        language=_language(language),
        image=web_address(image) or _first_image(content),
    )


def web_address(text: str) -> str | None:
    """An address somebody can open; None for anything else."""
    text = text.strip()
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return None
    if not good or len(text) > URL_MOST or re.search(r"[\s\x00-\x1f]", text):
        return None
    return text


def _body(content: str, content_format: Format, title: str) -> str:
    try:
        return body_from(content, content_format, title=title)
    except RenderingError:
        # Too long or nested too deep to show: its words are kept, its forms are not.
        lines = text_of(content).split("\n")
        plain = "\n".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines)
        while len(plain) > LONGEST:
            plain = plain[: plain.rfind("<p>", 0, LONGEST)]
        return body_from(plain, Format.HTML, title=title)


def _first_image(content: str) -> str | None:
    found = _IMAGE.search(content)
    return web_address(html.unescape(found[1])) if found else None


def _names(texts: Iterable[str], most: int) -> tuple[str, ...]:
    names = (_cut(text, NAME_MOST) for text in texts)
    return tuple(dict.fromkeys(name for name in names if name))[:most]


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _language(text: str) -> str:
    code = text.strip().lower()[:2]
    return code if code in LANGUAGES else LANGUAGES[0]


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    """The local day; None for a clock that is plainly wrong."""
    if moment is None or not 1900 <= moment.year <= 2200:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(zone).date()


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
