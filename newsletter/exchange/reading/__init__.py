"""The bytes of a feed become values. Nothing is stored and nothing is asked here.

To read another format, write one reader and list it in READERS.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from newsletter.exchange.reading.encodings import decode
from newsletter.exchange.reading.json_feed import looks_like_json, read_json
from newsletter.exchange.reading.values import Document, NotAFeed, SourceEntry
from newsletter.exchange.reading.web_page import looks_like_a_page, refuse_page
from newsletter.exchange.reading.xml import looks_like_anything, read_xml

__all__ = ["Document", "NotAFeed", "SourceEntry", "read_document"]

Reader = Callable[[str, str, ZoneInfo], Document]  # text, its address, our zone

# The first whose test says yes reads it.
READERS: tuple[tuple[Callable[[str], bool], Reader], ...] = (
    (looks_like_json, read_json),
    (looks_like_a_page, refuse_page),
    (looks_like_anything, read_xml),
)


def read_document(
    body: bytes, *, url: str, content_type: str, zone: ZoneInfo
) -> Document:
    """Raises NotAFeed. What the server says it is counts for its alphabet only:
    feeds are served as text/html, text/plain and everything else."""
    text = decode(body, content_type)
    reader = next(reader for is_its, reader in READERS if is_its(text))
    return reader(text, url, zone)
