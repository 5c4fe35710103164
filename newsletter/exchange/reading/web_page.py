"""A web page where a feed should be: named, with the feed it points to."""

import html
import re
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from newsletter.exchange.reading.values import Document, NotAFeed, web_address
from newsletter.exchange.troubles import Trouble

# Once a comment has ended it stays so (?>): else a page of comments takes for ever.
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,300}>\s*)?(?:<!--(?>.{0,2000}?-->)\s*+)*+"
    r"(?:<!doctype\s+html|<html\b)",
    re.IGNORECASE | re.DOTALL,
)
_LINK = re.compile(r"<link\b[^<>]{0,1000}>", re.IGNORECASE)
_FEED = re.compile(
    r"""\btype\s*=\s*["']?application/(?:rss\+xml|atom\+xml|feed\+json)""",
    re.IGNORECASE,
)
_HREF = re.compile(r"""\bhref\s*=\s*["']([^"']{1,2000})["']""", re.IGNORECASE)


def looks_like_a_page(text: str) -> bool:
    return bool(_PAGE.match(text[:5000]))


def refuse_page(text: str, url: str, _zone: ZoneInfo) -> Document:
    """Raises NotAFeed, whose detail is the address of the page's own feed, or ""."""
    for link in _LINK.findall(text[:200_000]):
        if _FEED.search(link) and (href := _HREF.search(link)):
            try:
                found = web_address(urljoin(url, html.unescape(href[1])))
            except ValueError:
                continue
            if found:
                raise NotAFeed(Trouble.WEB_PAGE_WITH_FEED, found)
    raise NotAFeed(Trouble.WEB_PAGE)
