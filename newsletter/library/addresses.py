"""The web addresses a piece leads to: where it stood first, and those in its text."""

from collections.abc import Collection
from html.parser import HTMLParser

from sqlalchemy import ColumnElement, and_, select

from newsletter.elsewhere.looking import LONGEST, without_fragment
from newsletter.library.models import LibraryAddress, LibraryItem


def addresses_in(url: str | None, body: str) -> list[str]:
    """Each once, without its fragment; what is no web address is left out."""
    parser = _Links()
    parser.feed(body)
    parser.close()
    found = [without_fragment(one) for one in (url or "", *parser.found)]
    return [
        one
        for one in dict.fromkeys(found)
        if one.startswith(("http://", "https://")) and len(one) <= LONGEST
    ]


def note_addresses(item: LibraryItem) -> None:
    """After any change to its text: what it leads to now."""
    wanted = addresses_in(item.url, item.body)
    known = {one.url: one for one in item.addresses}
    item.addresses = [known.get(one) or LibraryAddress(url=one) for one in wanted]


def published_at(urls: Collection[str]) -> ColumnElement[bool]:
    """Over ``LibraryItem``: it was published first at one of these, as written.

    ``library_address`` has the index; it also holds where the text only leads to.
    """
    leads_there = select(LibraryAddress.item_id).where(LibraryAddress.url.in_(urls))
    return and_(LibraryItem.id.in_(leads_there), LibraryItem.url.in_(urls))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [
                (value or "").strip() for key, value in attrs if key == "href"
            ]
