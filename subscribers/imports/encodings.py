"""In which encoding a file was written; and where somebody pasted in another one.

Two exports put under each other, or a name typed into the wrong program: such a file
is neither UTF-8 nor Windows-1252. Read as one of them, names would turn into "ZoÃ«"
without anybody noticing; so the lines of the other kind are refused.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

_BLOCK = 1 << 20
_WINDOWS = "windows-1252"


@dataclass(frozen=True)
class Encoding:
    """How to read a file, and what may be wrong with the letters of a line."""

    name: str
    errors: str = "strict"
    foreign: Callable[[str], str | None] | None = None  # None: nothing can be


def _not_utf_8(text: str) -> str | None:
    if text.isascii():
        return None
    try:
        text.encode()
    except UnicodeEncodeError:  # a byte that was carried along
        return _other("Windows-1252 or damaged", "UTF-8")
    return None


def _is_utf_8(text: str) -> str | None:
    if text.isascii():
        return None
    try:
        text.encode(_WINDOWS).decode()
    except UnicodeError:
        return None
    return _other("UTF-8", "Windows-1252")


def _other(this: str, rest: str) -> str:
    return (
        f"The letters on this line are {this}, those of the file are {rest}. "
        "Save it all as UTF-8."
    )


UTF_8 = Encoding("utf-8-sig")
UTF_16 = Encoding("utf-16")
# An unused byte becomes U+FFFD, and its row is refused.
WINDOWS = Encoding(_WINDOWS, "replace")
MOSTLY_UTF_8 = Encoding("utf-8-sig", "surrogateescape", _not_utf_8)
MOSTLY_WINDOWS = Encoding(_WINDOWS, "replace", _is_utf_8)


def decodes(file: BinaryIO, encoding: str) -> bool:
    """Whether all of the file is in it."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def of_most_lines(file: BinaryIO) -> Encoding:
    """Of a file that is not UTF-8 as a whole."""
    utf_8 = windows = 0
    file.seek(0)
    while line := file.readline(_BLOCK):
        if line.isascii():
            continue
        try:
            line.decode()
        except UnicodeDecodeError:
            windows += 1
        else:
            utf_8 += 1
    if not utf_8:
        return WINDOWS
    return MOSTLY_UTF_8 if utf_8 >= windows else MOSTLY_WINDOWS
