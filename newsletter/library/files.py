"""Files as pieces: ``.md``, ``.html``, ``.txt`` and ``.docx``, read into a Draft.

Nothing is stored here. To read another kind of file, write one reader and list its
ending in READERS.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import nh3

from newsletter.library import docx, frontmatter
from newsletter.library.bodies import Format, close_headings
from newsletter.library.errors import BadFile, BadFrontMatter
from newsletter.library.frontmatter import FrontMatter
from newsletter.library.models import ItemKind
from newsletter.library.pasted import from_clipboard, is_from_word
from newsletter.library.words import text_of
from newsletter.rendering.disarm import printable
from subscribers.typed import slug_of

MOST_BYTES = 2_000_000
_SLUG_MOST = 60
_ABOUT_MOST = 300  # characters; longer is a list of search words

# kind, partner and language are for whole folders of pieces (an issue's, the demo's).
KEYS = (
    *("title", "url", "date", "people", "regions", "themes", "summary", "image", "alt"),
    *("credit", "source", "licence"),
    *("kind", "partner", "language"),
)


@dataclass(frozen=True)
class Draft:
    """A piece as its file tells it; what the file is silent about is None or empty."""

    slug: str  # from the file's name; may be ""
    format: Format
    title: str
    body: str
    summary: str | None = None
    url: str | None = None
    published_on: date | None = None
    people: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()  # as typed: a name or a CBS code
    themes: tuple[str, ...] = ()
    image: Path | bytes | None = None
    alt: str | None = None  # "" is decoration, decided
    credit: str | None = None  # who made the image
    source: str | None = None  # who made the piece, when that is no partner
    licence: str | None = None
    kind: ItemKind | None = None
    partner: str | None = None
    language: str | None = None


def read_file(path: Path | str, *, root: Path | None = None) -> Draft:
    """The file as a Draft; raise BadFile, or BadFrontMatter naming line and key.

    An image must lie under ``root`` (default: the file's own folder): a text somebody
    sent in must not publish pictures from elsewhere on this machine.
    """
    if re.match(r"[a-z][a-z0-9+.-]*:/", str(path), re.IGNORECASE):
        raise BadFile(path, f"is a web address. {_HOW}")
    path = Path(path)
    _reader(path)  # before a large file is read for nothing
    with path.open("rb") as file:
        data = file.read(docx.MOST_BYTES + 1)
    return read_data(data, path, root=(root or path.parent).resolve())


def read_data(data: bytes, name: Path | str, *, root: Path | None = None) -> Draft:
    """The same of a file's bytes and name; without ``root`` it may name no image."""
    path = Path(name)
    try:
        return _reader(path)(data, path, root)
    except BadFrontMatter as error:
        raise BadFile(path, str(error)) from error


def _reader(path: Path) -> "Reader":
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise BadFile(path, f"cannot be read. {_HOW}")
    return reader


def read_text(path: Path) -> str:
    """UTF-8 or Windows-1252, or UTF-16 when it says so itself; else raise BadFile."""
    with path.open("rb") as file:
        return _text(file.read(MOST_BYTES + 1), path)


def _text(data: bytes, path: Path) -> str:
    if len(data) > MOST_BYTES:
        raise BadFile(
            path, f"is larger than {MOST_BYTES // 1_000_000} MB, too much for one text."
        )
    is_utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if is_utf16 else ["utf-8-sig", "cp1252"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return printable(text)
    raise BadFile(path, f"is not a text. {_HOW}")


def _read_text(data: bytes, path: Path, _root: Path | None) -> Draft:
    title, _, body = _text(data, path).strip().partition("\n")
    return Draft(_slug(path), Format.TEXT, _title(title, path), body)


def _read_word(data: bytes, path: Path, _root: Path | None) -> Draft:
    if len(data) > docx.MOST_BYTES:
        raise BadFile(
            path,
            f"is larger than {docx.MOST_BYTES // 1_000_000} MB. Take pictures out and "
            "add it again.",
        )
    word = docx.read_word(data, path)
    return Draft(
        _slug(path),
        Format.HTML,
        _title(printable(word.title), path),
        word.html,
        image=word.image,
        alt=word.alt if word.image else None,
    )


def _read_html(data: bytes, path: Path, _root: Path | None) -> Draft:
    text = close_headings(_text(data, path))
    body = text
    if is_from_word(text):
        body = from_clipboard(text)
    # What nh3 gives back is well formed, so these few elements are easily found.
    head = nh3.clean(
        text,
        tags={"title", "h1", "meta", "link"},
        attributes={"meta": {"name", "content"}, "link": {"rel", "href"}},
        clean_content_tags={"script", "style", "svg"},
        link_rel=None,
    )
    # A page's own words about itself are taken when they can be used, never refused.
    about = " ".join(_told(head, "meta", {"name": "description"}, "content").split())
    address = _told(head, "link", {"rel": "canonical"}, "href")
    return Draft(
        _slug(path),
        Format.HTML,
        _title(_element(head, "h1") or _element(head, "title"), path),
        body,
        summary=about if 0 < len(about) <= _ABOUT_MOST else None,
        url=address if re.fullmatch(r"https?://[^/\s]\S*", address) else None,
    )


def _element(well_formed: str, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>", well_formed, re.DOTALL)
    return text_of(found[1]) if found else ""


def _told(
    well_formed: str, name: str, wanted: Mapping[str, str], attribute: str
) -> str:
    """An attribute of the first element that has the wanted ones, or ""."""
    for element in re.finditer(rf'<{name}((?: [a-z]+="[^"]*")*)', well_formed):
        told = dict(re.findall(r'([a-z]+)="([^"]*)"', element[1]))
        if wanted.items() <= told.items():
            return html.unescape(told.get(attribute, "")).strip()
    return ""


def _read_markdown(data: bytes, path: Path, root: Path | None) -> Draft:
    lines, body = frontmatter.split(_text(data, path))
    facts = frontmatter.parse(lines or [], KEYS)
    title = facts.text("title")
    if not title:
        title, _, body = body.strip().partition("\n")
        title = title.strip("# \t")
    return Draft(
        _slug(path),
        Format.MARKDOWN,
        _title(title, path),
        body,
        summary=facts.text("summary") or None,
        url=facts.text("url") or None,
        published_on=facts.day("date"),
        people=facts.texts("people"),
        regions=facts.texts("regions"),
        themes=facts.texts("themes"),
        image=_image(facts, path, root),
        alt=facts.text("alt"),
        credit=facts.text("credit") or None,
        source=facts.text("source") or None,
        licence=facts.text("licence") or None,
        kind=facts.choice("kind", ItemKind),
        partner=facts.text("partner") or None,
        language=facts.text("language") or None,
    )


def _image(facts: FrontMatter, path: Path, root: Path | None) -> Path | None:
    name = facts.text("image")
    if not name:
        return None
    if root is None:
        facts.refuse("image", "a text by itself brings no file. Add the image apart.")
    image = (path.parent / name).resolve()
    if not image.is_relative_to(root):
        facts.refuse("image", f"{name!r} lies outside the folder of this text.")
    if not image.is_file():
        facts.refuse("image", f"there is no file {name!r} beside this text.")
    return image


def _slug(path: Path) -> str:
    return slug_of(path.stem)[:_SLUG_MOST].strip("-")


def _title(text: str, path: Path) -> str:
    title = " ".join(text.split())
    if not title:
        raise BadFile(path, "has no title. Write it on the first line.")
    return title


Reader = Callable[[bytes, Path, Path | None], Draft]
READERS: Mapping[str, Reader] = {
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".txt": _read_text,
    ".docx": _read_word,
}
_HOW = (
    "The library reads files that end in .md, .html, .txt or .docx: save the text as "
    "one."
)
