"""One feed is asked: only if it changed, within limits, and the answer is read.

No database here; the answer is a value, also when it is a failure.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from newsletter.exchange.models import PartnerFeed
from newsletter.exchange.reading import Document, NotAFeed, read_document
from newsletter.exchange.troubles import Trouble
from newsletter.fetching import (
    FetchError,
    Limits,
    NotAllowed,
    Page,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
)

LIMITS = Limits(seconds=10, size_bytes=5_000_000, redirects=3)
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, */*;q=0.8"
)
_LONGEST_TAG = 500

_BY_ERROR: tuple[tuple[type[FetchError], Trouble], ...] = (
    (NotAllowed, Trouble.NOT_ALLOWED),
    (Unreachable, Trouble.UNREACHABLE),
    (TooSlow, Trouble.TOO_SLOW),
    (TooLarge, Trouble.TOO_LARGE),
    (TooManyRedirects, Trouble.REDIRECTS),
    (FetchError, Trouble.NO_SENSE),
)
_BY_STATUS: Mapping[int, Trouble] = {
    401: Trouble.REFUSED,
    403: Trouble.REFUSED,
    404: Trouble.NOT_FOUND,
    410: Trouble.GONE,
    429: Trouble.BUSY,
    451: Trouble.REFUSED,
    503: Trouble.BUSY,
}


class Get(Protocol):
    """How a page is asked for; ``fetching.Fetcher.fetch`` is the real one."""

    def __call__(self, url: str, *, headers: Mapping[str, str]) -> Page: ...


@dataclass(frozen=True)
class Question:
    """What is needed to ask a feed, outside any transaction."""

    feed_id: int
    url: str
    etag: str | None
    last_modified: str | None
    body_hash: str | None

    @classmethod
    def of(cls, feed: PartnerFeed) -> "Question":
        return cls(feed.id, feed.url, feed.etag, feed.last_modified, feed.body_hash)


@dataclass(frozen=True)
class Answer:
    """What came of it: a document, nothing new, or a trouble."""

    question: Question
    document: Document | None = None
    trouble: Trouble | None = None
    detail: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    size_bytes: int = 0  # of the body, unpacked
    wait: timedelta | None = None  # what the server asks for


def ask(question: Question, get: Get, *, zone: ZoneInfo, now: datetime) -> Answer:
    """Never raises for what a server can do."""
    try:
        page = get(question.url, headers=_headers(question))
    except FetchError as error:
        trouble = next(one for kind, one in _BY_ERROR if isinstance(error, kind))
        return Answer(question, trouble=trouble, detail=str(error)[:300])
    if page.status == 304:
        return Answer(question)
    size = len(page.body)
    if not 200 <= page.status < 300:
        return Answer(
            question,
            trouble=_BY_STATUS.get(page.status, _by_hundred(page.status)),
            detail=str(page.status),
            size_bytes=size,
            wait=_wait(page.headers.get("retry-after", ""), now),
        )
    digest = hashlib.sha256(page.body).hexdigest()
    told = Answer(
        question,
        etag=_tag(page.headers.get("etag")),
        last_modified=_tag(page.headers.get("last-modified")),
        body_hash=digest,
        size_bytes=size,
    )
    if digest == question.body_hash:
        return told
    try:
        document = read_document(
            page.body,
            url=page.url,
            content_type=page.headers.get("content-type", ""),
            zone=zone,
        )
    except NotAFeed as error:
        return Answer(
            question, trouble=error.trouble, detail=error.detail, size_bytes=size
        )
    return replace(told, document=document)


def _headers(question: Question) -> dict[str, str]:
    headers = {"Accept": _ACCEPT}
    if question.etag:
        headers["If-None-Match"] = question.etag
    if question.last_modified:
        headers["If-Modified-Since"] = question.last_modified
    return headers


def _by_hundred(status: int) -> Trouble:
    return Trouble.STUMBLES if status >= 500 else Trouble.NOT_FOUND


def _tag(text: str | None) -> str | None:
    """What is sent back to a server as it came, if it can stand in a header."""
    if not text or len(text) > _LONGEST_TAG or not text.isascii():
        return None
    return text if text.isprintable() else None


def _wait(text: str, now: datetime) -> timedelta | None:
    """Retry-After in seconds or as a moment; None when it says nothing useful."""
    if text.isdecimal() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # no date, or one of no calendar
        return None
    if moment.tzinfo is None or moment <= now:
        return None
    return moment - now
