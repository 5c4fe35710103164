"""What a feed is made of, as frozen values. Text is plain text, HTML is sanitised."""

from dataclasses import dataclass
from datetime import UTC, datetime

# When a feed without a single entry says it changed last: the same each time.
NOTHING_YET = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Picture:
    """A picture at an absolute address, of a known size in bytes."""

    url: str
    mime: str
    size_bytes: int


@dataclass(frozen=True)
class Entry:
    """One piece. ``url`` is its canonical address, ``id`` never changes."""

    id: str  # an absolute address, as RFC 4287 wants it
    url: str
    title: str
    summary: str  # plain text
    html: str | None  # None: the summary is all that may be shown
    published: datetime  # aware
    updated: datetime
    authors: tuple[str, ...] = ()  # empty: the feed's own
    tags: tuple[str, ...] = ()
    picture: Picture | None = None
    language: str | None = None  # None: the feed's
    rights: str = ""  # what may be done with it, in a sentence


@dataclass(frozen=True)
class Feed:
    """A list of pieces, the newest first."""

    title: str
    description: str
    language: str
    author: str  # whose feed it is
    page_url: str  # what a person would read instead
    url: str  # the feed's own address in this format
    id: str  # the same in every format
    updated: datetime  # when there is no entry; else the newest entry's counts
    entries: tuple[Entry, ...] = ()
    logo_url: str | None = None  # PNG or JPEG
    rights: str = ""

    @property
    def changed_at(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=self.updated)
