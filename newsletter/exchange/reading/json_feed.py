"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from newsletter.exchange.reading.values import (
    MOST_ENTRIES,
    Document,
    NotAFeed,
    SourceEntry,
    make_entry,
)
from newsletter.exchange.troubles import Trouble
from newsletter.library.bodies import Format

_VERSIONS = "https://jsonfeed.org/version/"


def looks_like_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}


def read_json(text: str, url: str, zone: ZoneInfo) -> Document:
    """Raises NotAFeed. An entry that is no object is passed over, a value of the wrong
    type is unknown: nothing in a feed may keep the others from coming in."""
    try:
        document = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise NotAFeed(Trouble.NOT_A_FEED, str(error)[:200]) from None
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list) or not _text(document, "version").startswith(
        _VERSIONS
    ):
        raise NotAFeed(Trouble.NOT_A_FEED)
    language = _text(document, "language")
    return Document(
        title=" ".join(_text(document, "title").split())[:200],
        entries=tuple(
            _entry(item, url, language, zone)
            for item in items[:MOST_ENTRIES]
            if isinstance(item, dict)
        ),
    )


def _entry(
    item: dict[str, Any], base: str, language: str, zone: ZoneInfo
) -> SourceEntry:
    html = _text(item, "content_html")
    return make_entry(
        guid=_text(item, "id"),
        url=_address(item, "url", base) or _address(item, "external_url", base),
        title=_text(item, "title"),
        summary=_text(item, "summary"),
        content=html or _text(item, "content_text"),
        content_format=Format.HTML if html else Format.TEXT,
        published=_moment(_text(item, "date_published"))
        or _moment(_text(item, "date_modified")),
        people=_people(item),
        themes=_texts(item.get("tags")),
        language=_text(item, "language") or language,
        image=_address(item, "image", base) or _address(item, "banner_image", base),
        zone=zone,
    )


def _people(item: dict[str, Any]) -> Iterator[str]:
    authors = item.get("authors")
    # ``author`` is of version 1.0.
    for author in [*(authors if isinstance(authors, list) else ()), item.get("author")]:
        if isinstance(author, dict):
            yield _text(author, "name")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, str))


def _address(item: dict[str, Any], key: str, base: str) -> str:
    text = _text(item, key)
    try:
        return urljoin(base, text) if text else ""
    except ValueError:
        return ""


def _text(item: dict[str, Any], key: str) -> str:
    """ "" for what is no text; a number, which some ids are, is one."""
    value = item.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
