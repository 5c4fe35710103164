"""Feeds as others read them: values in, the bytes of Atom, RSS and JSON Feed out.

To add a format, write one writer and list it in WRITERS.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from newsletter.feeds.json_feed import write_json
from newsletter.feeds.values import NOTHING_YET, Entry, Feed, Picture
from newsletter.feeds.xml import write_atom, write_rss

__all__ = ["NOTHING_YET", "WRITERS", "Entry", "Feed", "Picture", "Writer"]


@dataclass(frozen=True)
class Writer:
    """One format: what it is served as, and how it is written."""

    mime: str
    write: Callable[[Feed], bytes]  # the same values give the same bytes


# By the ending of the address.
WRITERS: Mapping[str, Writer] = {
    "atom": Writer("application/atom+xml; charset=utf-8", write_atom),
    "rss": Writer("application/rss+xml; charset=utf-8", write_rss),
    "json": Writer("application/feed+json; charset=utf-8", write_json),
}
