"""A page elsewhere as a draft: what it says about itself, for an editor to look at.

The page is fetched with limits (``newsletter.fetching``), its picture is copied, and
its text stays where it is unless somebody asks for it: a piece without a text of its
own leads readers to the page.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import SplitResult, urljoin, urlsplit

from newsletter.fetching import FetchError, Limits, Page, open_fetcher
from newsletter.library.bodies import Format
from newsletter.library.errors import BadPage, OwnAddress
from newsletter.library.files import Draft
from newsletter.media import MOST_BYTES as PICTURE_MOST
from newsletter.media import BadPicture, check
from newsletter.rendering.disarm import printable
from newsletter.settings import Settings
from subscribers.typed import slug_of

PAGE = Limits(seconds=10, size_bytes=5_000_000, redirects=3)
PICTURE = Limits(seconds=10, size_bytes=PICTURE_MOST, redirects=3)
_TITLE_MOST = 200
_SUMMARY_MOST = 500
_NAME_MOST = 100
_SLUG_MOST = 60

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_META = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{1,30})", re.IGNORECASE
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w-]{1,30})", re.IGNORECASE)
# The others Python knows are no texts on the web: UTF-7 hides markup, IDNA takes hours.
_ENCODINGS = re.compile(
    r"utf-?16(le|be)?|windows-?125\d|cp125\d|iso-?8859-?([2-9]|1[03-6])|koi8-[ru]"
    r"|gb(k|2312|18030)|big5|euc-(jp|kr)|shift[_-]jis",
    re.IGNORECASE,
)

# By the standard of the web these labels mean Windows-1252.
_SAID_OF_WINDOWS = frozenset({"iso-8859-1", "latin1", "us-ascii", "ascii"})


@dataclass(frozen=True)
class FromWeb:
    """The draft, and why its picture could not be copied ("" when nothing is wrong)."""

    draft: Draft
    no_picture: str = ""


def is_web_address(text: str) -> bool:
    return text.lower().startswith(("http://", "https://"))


def read_page(settings: Settings, url: str, *, with_text: bool = False) -> FromWeb:
    """Fetch a page and its picture; raise BadPage or FetchError with a sentence.

    Asks others and waits for them: no session may be open meanwhile.
    """
    url = url.strip()
    url = url if "://" in url else f"https://{url}"
    page = open_fetcher(settings, PAGE).fetch(_not_ours(settings, url))
    _not_ours(settings, page.url)
    if page.status != 200:
        raise BadPage(url, f"answered {page.status} instead of a page.")
    draft, picture_url = draft_of(page, with_text=with_text)
    if picture_url is None:
        return FromWeb(draft)
    try:
        picture = _picture(settings, picture_url)
    except (FetchError, BadPicture) as error:
        return FromWeb(draft, no_picture=str(error))
    return FromWeb(replace(draft, image=picture))


def draft_of(page: Page, *, with_text: bool) -> tuple[Draft, str | None]:
    """What a page tells, and the address of its picture. Raises BadPage."""
    kind = page.headers.get("content-type", "text/html").partition(";")[0].strip()
    if kind.lower() not in _HTML:
        raise BadPage(page.url, f"is no page but {kind[:60]!r}.")
    import trafilatura  # half a second that nothing else needs

    html = printable(decoded(page))
    found = trafilatura.bare_extraction(
        html, url=page.url, with_metadata=True, include_comments=False
    )
    if found is None:
        raise BadPage(page.url, "holds nothing that can be read without a browser.")
    told = found if isinstance(found, dict) else found.as_dict()
    title = _line(told["title"], _TITLE_MOST)
    body: str | None = None
    if with_text:
        body = trafilatura.extract(
            html,
            url=page.url,
            output_format="html",
            include_formatting=True,
            include_links=True,
            include_comments=False,
        )
    draft = Draft(
        slug_of(title)[:_SLUG_MOST].strip("-"),
        Format.HTML,
        title,
        body or "",
        summary=_line(told["description"], _SUMMARY_MOST) or None,
        url=_address(told["url"], page.url) or page.url,
        published_on=_day(told["date"]),
        people=_people(told["author"]),
        source=_source(told["sitename"], page.url),
    )
    return draft, _address(told["image"], page.url)


def decoded(page: Page) -> str:
    """A page's text, by its mark, its header, its own word, or what fits."""
    body = page.body
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    in_header = _CHARSET.search(page.headers.get("content-type", ""))
    in_page = _META.search(body[:2048])
    for name in (
        in_header[1] if in_header else "",
        in_page[1].decode("ascii", "replace") if in_page else "",
    ):
        if name.lower() in _SAID_OF_WINDOWS:
            return body.decode("cp1252", "replace")
        if _ENCODINGS.fullmatch(name):
            return body.decode(name, "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _not_ours(settings: Settings, url: str) -> str:
    """Fetching our own desk would answer as somebody else, and add what is here."""
    try:
        theirs, ours = urlsplit(url), urlsplit(settings.base_url)
        is_ours = theirs.hostname == ours.hostname and _port(theirs) == _port(ours)
    except ValueError:
        is_ours = False  # the fetcher says what is wrong with it
    if is_ours:
        raise OwnAddress(url)
    return url


def _port(address: SplitResult) -> int | None:
    return address.port or {"http": 80, "https": 443}.get(address.scheme)


def _picture(settings: Settings, url: str) -> bytes:
    page = open_fetcher(settings, PICTURE).fetch(_not_ours(settings, url))
    if page.status != 200:
        raise BadPicture(f"The picture at {url[:120]} answered {page.status}.")
    check(page.body)
    return page.body


def _line(text: object, most: int) -> str:
    """One line of what a page says, "" when that is nothing or far too much."""
    line = " ".join(text.split()) if isinstance(text, str) else ""
    if len(line) <= most:
        return line
    return line[: most - 1].rsplit(" ", 1)[0] + "…"


def _address(told: object, base: str) -> str | None:
    """An absolute web address, or None."""
    if not isinstance(told, str) or not told.strip():
        return None
    try:
        address = urljoin(base, told.strip())
        return address if urlsplit(address).scheme in {"http", "https"} else None
    except ValueError:
        return None


def _day(told: object) -> date | None:
    try:
        return date.fromisoformat(str(told)[:10])
    except ValueError:
        return None


def _people(told: object) -> tuple[str, ...]:
    names = (told if isinstance(told, str) else "").split(";")
    return tuple(line for name in names if (line := _line(name, _NAME_MOST)))


def _source(told: object, url: str) -> str:
    return _line(told, _NAME_MOST) or _line(urlsplit(url).hostname or "", _NAME_MOST)
