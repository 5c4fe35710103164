"""RSS 0.9 to 2.0 and Atom, by feedparser, also when they are not quite well-formed.

feedparser resolves relative addresses and expands no entity that refers to another; it
is given text we decoded and never fetches anything itself.
"""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from time import struct_time
from typing import Any
from zoneinfo import ZoneInfo

import feedparser

from newsletter.exchange.reading.values import (
    MOST_ENTRIES,
    Document,
    NotAFeed,
    SourceEntry,
    make_entry,
)
from newsletter.exchange.troubles import Trouble
from newsletter.library.words import text_of

_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_DELETED = re.compile(
    r"""<(?:[\w.-]{1,40}:)?deleted-entry\b[^>]{0,2000}?\bref\s*=\s*["']([^"']{1,500})["']"""
)
_HTML = frozenset({"text/html", "application/xhtml+xml"})


def looks_like_anything(_text: str) -> bool:
    return True


def read_xml(text: str, url: str, zone: ZoneInfo) -> Document:
    """Raises NotAFeed for what holds neither a feed's root nor an entry."""
    parsed = feedparser.parse(
        BytesIO(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace")),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": url,
        },
        # Ours is stricter, and comes after.
        sanitize_html=False,
    )
    if not parsed.get("version") and not parsed.entries:
        why = parsed.get("bozo_exception")
        raise NotAFeed(Trouble.NOT_A_FEED, str(why)[:200] if why else "")
    feed = parsed.feed
    language = str(feed.get("language", ""))
    return Document(
        title=" ".join(_words(feed, "title").split())[:200],
        entries=tuple(
            _entry(entry, language, zone) for entry in parsed.entries[:MOST_ENTRIES]
        ),
        withdrawn=frozenset(_deleted(text)),
    )


# We decoded it: what it says of its own alphabet is no longer so.
_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]{0,300}\?>")


def _entry(entry: Any, language: str, zone: ZoneInfo) -> SourceEntry:
    content = _content(entry)
    summary = str(entry.get("summary", ""))
    detail = entry.get("summary_detail") or {}
    # Without content of its own, the description is the piece.
    body = content or (
        summary if detail.get("type") in _HTML else html.escape(summary, quote=False)
    )
    return make_entry(
        guid=str(entry.get("id", "")),
        url=str(entry.get("link", "")),
        title=_words(entry, "title"),
        # Without a summary feedparser gives the content as one, markup and all, and
        # nothing that says of what kind it is.
        summary=_words(entry, "summary") if content and detail else "",
        content=body,
        published=_moment(entry.get("published_parsed"))
        or _moment(entry.get("updated_parsed")),
        people=_people(entry),
        themes=(str(tag.get("term") or "") for tag in entry.get("tags", ())),
        language=str(detail.get("language") or language or ""),
        image=next(_images(entry), ""),
        zone=zone,
    )


def _content(entry: Any) -> str:
    """The richest of the contents, as HTML."""
    best = ""
    for one in entry.get("content", ()):
        value = str(one.get("value") or "")
        if one.get("type") not in _HTML:
            value = html.escape(value, quote=False)
        if len(value) > len(best):
            best = value
    return best


def _words(entry: Any, name: str) -> str:
    """A value as plain text."""
    value = str(entry.get(name) or "")
    detail = entry.get(f"{name}_detail") or {}
    return text_of(value) if detail.get("type") in _HTML else html.unescape(value)


def _people(entry: Any) -> Iterator[str]:
    for author in entry.get("authors", ()):
        yield str(author.get("name") or "")


def _images(entry: Any) -> Iterator[str]:
    for link in entry.get("links", ()):
        if link.get("rel") == "enclosure" and str(link.get("type", "")).startswith(
            "image/"
        ):
            yield str(link.get("href", ""))
    for media in entry.get("media_content", ()):
        if media.get("medium") == "image" or str(media.get("type", "")).startswith(
            "image/"
        ):
            yield str(media.get("url", ""))
    for media in entry.get("media_thumbnail", ()):
        yield str(media.get("url", ""))


def _deleted(text: str) -> Iterator[str]:
    if _TOMBSTONES in text:
        yield from (html.unescape(ref) for ref in _DELETED.findall(text))


def _moment(parsed: struct_time | None) -> datetime | None:
    """feedparser gives UTC, and sometimes what no calendar has."""
    try:
        return datetime(*parsed[:6], tzinfo=UTC) if parsed else None
    except (ValueError, OverflowError):
        return None
