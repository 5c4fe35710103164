"""Atom (RFC 4287) and RSS 2.0, by feedgen.

A feed without news must come out the same to the byte, or nobody is ever told *not
modified*: every moment in it is given, none is "now".
"""

from typing import Any

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension
from feedgen.feed import FeedGenerator
from feedgen.util import xml_elem

from newsletter.feeds.values import Entry, Feed, Picture
from newsletter.rendering.disarm import printable


def write_atom(feed: Feed) -> bytes:
    made = _feed(feed)
    made.updated(feed.changed_at)
    for entry in feed.entries:
        one = _entry(made, entry)
        one.updated(entry.updated)
        one.summary(printable(entry.summary) or None)
        if entry.html is not None:
            one.content(printable(entry.html), type="html")
        for name in entry.authors:
            one.author(name=printable(name))
        if entry.rights:
            one.rights(printable(entry.rights))
        if entry.picture:
            one.register_extension("picture", _Enclosed, rss=False)
            one.picture.picture = entry.picture
    return bytes(made.atom_str())


def write_rss(feed: Feed) -> bytes:
    made = _feed(feed)
    made.lastBuildDate(feed.changed_at)
    made.pubDate(feed.changed_at)
    if feed.logo_url:
        made.image(url=feed.logo_url, title=printable(feed.title), link=feed.page_url)
    for entry in feed.entries:
        one = _entry(made, entry)
        one.guid(entry.id, permalink=entry.id == entry.url)
        # Without a description an item would show its whole text as one.
        one.description(printable(entry.summary) or printable(entry.title))
        if entry.html is not None:
            one.content(printable(entry.html), type="CDATA")
        if entry.picture:
            one.enclosure(
                entry.picture.url, str(entry.picture.size_bytes), entry.picture.mime
            )
        # RSS's own <author> is a mail address, which nobody gave us leave to print.
        one.load_extension("dc", atom=False, rss=True)
        names = entry.authors or (feed.author,)
        one.dc.dc_creator([printable(name) for name in names])
        if entry.rights:
            one.dc.dc_rights(printable(entry.rights))
    return bytes(made.rss_str())


def _feed(feed: Feed) -> FeedGenerator:
    made = FeedGenerator()
    made.id(feed.id)
    made.title(printable(feed.title))
    made.link(href=feed.url, rel="self")
    # The last link is the one RSS takes as the channel's.
    made.link(href=feed.page_url, rel="alternate", type="text/html")
    made.description(printable(feed.description) or printable(feed.title))
    made.language(feed.language)
    made.author(name=printable(feed.author))
    made.generator("Buurtpost")
    if feed.logo_url:
        made.logo(feed.logo_url)
        made.icon(feed.logo_url)
    if feed.rights:
        made.rights(printable(feed.rights))
    return made


def _entry(made: FeedGenerator, entry: Entry) -> FeedEntry:
    one = made.add_entry(order="append")
    one.id(entry.id)
    one.title(printable(entry.title))
    one.link(href=entry.url, rel="alternate", type="text/html")
    one.published(entry.published)
    for tag in entry.tags:
        one.category(term=printable(tag))
    return one


class _Enclosed(BaseEntryExtension):  # type: ignore[misc]
    """feedgen 1.0 writes an entry's links without their ``rel``: a picture would be
    another page of the piece."""

    picture: Picture

    def extend_atom(self, entry: Any) -> None:
        xml_elem(
            "link",
            entry,
            href=self.picture.url,
            rel="enclosure",
            type=self.picture.mime,
            length=str(self.picture.size_bytes),
        )
