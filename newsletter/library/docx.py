"""Word documents: the text of a ``.docx``, its first picture, and nothing that runs.

A document is a zip of XML files, and a stranger's zip can be a trap: what it would
unpack to is looked at before anything is unpacked, and Word itself never writes the
declarations that let a little XML grow without end.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from newsletter.library.errors import BadFile
from newsletter.library.words import text_of

MOST_BYTES = 25_000_000
_TEXT_MOST = 8_000_000  # bytes of one XML part; a long story has half a megabyte
_UNPACKED_MOST = 200_000_000  # of everything: its pictures too
_PARTS_MOST = 2_000
_TITLE_MOST = 200
_OLD_WORD = b"\xd0\xcf\x11\xe0"

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
u => u
"""
_PICTURE = re.compile(r'<img(?: alt="[^"]*")? />')
_EMPTY = re.compile(r"<p>\s*</p>")
_BLOCK = re.compile(r"<(h[1-6]|p)>(.*?)</\1>", re.DOTALL)
# What a broken or hostile file makes the readers of zip, XML and Word raise.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, ExpatError, RecursionError, OSError, EOFError),
    *(KeyError, IndexError, AttributeError, TypeError, ValueError, RuntimeError),
)


@dataclass(frozen=True)
class Word:
    """A document's title, the rest of it as HTML, and its first picture."""

    title: str  # "" when there are no words
    html: str  # not sanitised yet
    image: bytes | None
    alt: str | None  # as Word has it; None when it says nothing


def read_word(data: bytes, name: Path | str) -> Word:
    """The document; raise BadFile naming it when it cannot be read or is a trap."""
    if data.startswith(_OLD_WORD):
        raise BadFile(
            name, "is an old Word document, or locked. Save it as .docx and add that."
        )
    import mammoth  # only for who adds a document

    pictures: list[tuple[bytes, str | None]] = []

    def keep_first(image: Any) -> dict[str, str]:
        if not pictures:
            with image.open() as file:
                pictures.append((file.read(MOST_BYTES), image.alt_text or None))
        return {}

    try:
        _refuse_traps(data, name)
        html = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(keep_first),
        ).value
    except BadFile:
        raise
    except _BROKEN as error:
        raise BadFile(
            name, "is not a Word document that can be read. Save it again as .docx."
        ) from error
    image, alt = pictures[0] if pictures else (None, None)
    title, rest = _split(_EMPTY.sub("", _PICTURE.sub("", html)))
    return Word(title, rest, image, alt)


def _refuse_traps(data: bytes, name: Path | str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        # Never more than it says is unpacked: zipfile stops there.
        if (
            len(parts) > _PARTS_MOST
            or sum(part.file_size for part in parts) > _UNPACKED_MOST
            or any(part.file_size > _TEXT_MOST for part in parts if _is_xml(part))
        ):
            raise BadFile(
                name,
                "holds far more than a text and its pictures. Copy the text into a "
                "new document and add that.",
            )
        for part in parts:
            if _is_xml(part) and _declares(archive.read(part)):
                raise BadFile(
                    name,
                    "holds declarations that no Word writes. Copy the text into a new "
                    "document and add that.",
                )


def _is_xml(part: zipfile.ZipInfo) -> bool:
    return part.filename.lower().endswith((".xml", ".rels"))


def _declares(xml: bytes) -> bool:
    """Whether it has a DOCTYPE, in whichever encoding."""
    return b"<!DOCTYPE" in xml.replace(b"\0", b"")


def _split(html: str) -> tuple[str, str]:
    """The first heading or short paragraph is the title; the rest is the text."""
    blocks = [block for block in _BLOCK.finditer(html) if text_of(block[2]).strip()]
    headings = [block for block in blocks[:3] if block[1] == "h1"]
    if not blocks:
        return "", html
    title = headings[0] if headings else blocks[0]
    words = " ".join(text_of(title[2]).split())
    if len(words) <= _TITLE_MOST:
        return words, html[: title.start()] + html[title.end() :]
    return words[: _TITLE_MOST - 1].rsplit(" ", 1)[0] + "…", html
