"""JSON Feed 1.1 (jsonfeed.org/version/1.1)."""

import json
from typing import Any

from newsletter.feeds.values import Entry, Feed

VERSION = "https://jsonfeed.org/version/1.1"


def write_json(feed: Feed) -> bytes:
    document: dict[str, Any] = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.url,
        "description": feed.description,
        "language": feed.language,
        "authors": [{"name": feed.author, "url": feed.page_url}],
        "items": [_item(entry) for entry in feed.entries],
    }
    if feed.logo_url:
        document["icon"] = document["favicon"] = feed.logo_url
    return json.dumps(document, ensure_ascii=False, indent=1).encode(
        # A lone surrogate is in no alphabet.
        errors="replace"
    )


def _item(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
    }
    # One of the two must be there.
    if entry.html is None:
        item["content_text"] = entry.summary or entry.title
    else:
        item["content_html"] = entry.html
    if entry.authors:
        item["authors"] = [{"name": name} for name in entry.authors]
    if entry.tags:
        item["tags"] = list(entry.tags)
    if entry.language:
        item["language"] = entry.language
    if entry.picture:
        item["image"] = entry.picture.url
    if entry.rights:
        # Extensions begin with an underscore.
        item["_rights"] = {"about": entry.rights}
    return item
