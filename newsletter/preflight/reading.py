"""A rendered mail read back: what a reader would see, click and load."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_UNSEEN = frozenset({"style", "script", "head", "title"})


@dataclass
class Link:
    url: str
    text: str = ""  # what one clicks on; an image's alt counts


@dataclass(frozen=True)
class Image:
    url: str
    alt: str | None  # None: there is no alt attribute


@dataclass
class ReadMail:
    links: list[Link] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    text: str = ""


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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        values = dict(attrs)
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

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        self.words.append(data)
        if self._link is not None:
            self._link.text += data
