"""A rendered mail read back: what a reader would see, click and load."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_UNSEEN = frozenset({"style", "script", "head", "title"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass
class Link:
    url: str
    text: str = ""  # what one clicks on; an image's alt counts


@dataclass(frozen=True)
class Image:
    url: str
    alt: str | None  # None: there is no alt attribute


@dataclass
class Heading:
    level: int  # 1 to 6
    text: str = ""


@dataclass
class ReadMail:
    links: list[Link] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    text: str = ""
    language: str | None = None  # of the whole page; None: it does not say


def read_mail(html: str) -> ReadMail:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.mail.text = " ".join(" ".join(reader.words).split())
    return reader.mail


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.mail = ReadMail()
        self.words: list[str] = []
        self._unseen = 0
        self._link: Link | None = None
        self._heading: Heading | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        values = dict(attrs)
        if tag == "html":
            self.mail.language = values.get("lang")
        if tag in _HEADINGS:
            self._heading = Heading(_HEADINGS[tag])
            self.mail.headings.append(self._heading)
        if tag == "a" and values.get("href"):
            self._link = Link(values["href"] or "")
            self.mail.links.append(self._link)
        if tag == "img":
            # ``alt`` without a value is an empty one.
            alt = (values["alt"] or "") if "alt" in values else None
            self.mail.images.append(Image(values.get("src") or "", alt))
            if self._link is not None:
                self._link.text += alt or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN and self._unseen:
            self._unseen -= 1
        if tag == "a":
            self._link = None
        if tag in _HEADINGS:
            self._heading = None

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        self.words.append(data)
        if self._link is not None:
            self._link.text += data
        if self._heading is not None:
            self._heading.text += data
