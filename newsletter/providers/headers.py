"""Header lines, encoded by hand.

``email.policy.SMTP`` turns every token of 78 characters or more into an encoded word,
and a List-Unsubscribe that reads ``=?utf-8?q?...?=`` unsubscribes nobody (CPython
#85725). ``headerregistry`` reads display names back before writing them, so that a
name that *looks* like an encoded word is decoded: CR and LF included. Neither is a
thing to work around in a hot path; the rules we need fit on this page.
"""

import re
from email.header import Header

from newsletter.providers.base import ProviderMisconfigured
from newsletter.providers.wording import MOST_OF_A_NAME, one_line

_ENCODED_WORD = 75  # RFC 2047 2: no longer, and a line that holds one ...
_ENCODED_LINE = 76  # ... no longer than this
# RFC 2047 4.2 and 5 (3): what may stand in an encoded word of a name as it is.
_Q = {
    byte: chr(byte)
    if chr(byte).isascii() and (chr(byte).isalnum() or chr(byte) in "!*+-/")
    else f"={byte:02X}"
    for byte in range(256)
} | {ord(" "): "_"}
LINE = 78  # RFC 5322: a line should not be longer
_ATOMS = re.compile(r"[A-Za-z0-9]([A-Za-z0-9 ]*[A-Za-z0-9])?")  # needs no quotes


class BadHeader(ProviderMisconfigured):
    """A header we were given cannot be sent; it is the same for a whole chunk."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The header {name!r} holds something other than printable ASCII, so the "
            "mail cannot be sent. Check the list's name, address and settings."
        )


def raw_header(name: str, value: str) -> bytes:
    """A line that is never encoded or folded: List-Unsubscribe, Message-ID, List-Id."""
    line = f"{name}: {value}"
    if not line.isascii() or not line.isprintable() or len(line) > 998:
        raise BadHeader(name)
    return line.encode("ascii") + b"\r\n"


def text_header(name: str, text: str) -> bytes:
    """A line of free text, as encoded words (RFC 2047) when it is not plain ASCII."""
    text = one_line(text)
    if text.isascii() and "=?" not in text and len(name) + 2 + len(text) <= LINE:
        return f"{name}: {text}\r\n".encode("ascii")
    return f"{name}: {_encoded(text, first=len(name) + 2)}\r\n".encode("ascii")


def address_header(name: str, display: str, address: str) -> bytes:
    """``name: "display" <address>``; the address must be a mailbox already."""
    if not address.isascii() or not address.isprintable():
        raise BadHeader(name)
    if _ATOMS.fullmatch(display) and len(name + display + address) <= LINE - 5:
        return f"{name}: {display} <{address}>\r\n".encode("ascii")
    display = one_line(display)[:MOST_OF_A_NAME]
    if not display:
        return f"{name}: {address}\r\n".encode("ascii")
    phrase = _phrase(display, first=len(name) + 2)
    start = f"{name}: {phrase}"
    # The address on a line of its own when it would not fit behind the name.
    last = len(start) - (start.rfind("\r\n") + 2 if "\r\n" in start else 0)
    most = _ENCODED_LINE if "=?" in phrase else LINE
    gap = " " if last + len(address) + 3 <= most else "\r\n "
    return f"{start}{gap}<{address}>\r\n".encode("ascii")


def _phrase(display: str, *, first: int) -> str:
    if not display.isascii() or "=?" in display or first + len(display) > LINE - 10:
        return _encoded(display, first=first)
    if _ATOMS.fullmatch(display):
        return display
    escaped = display.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded(text: str, *, first: int) -> str:
    """Encoded words of at most 75 characters, never splitting a character."""
    # Nearly every name is one short word, and this is done for every mail.
    word = f"=?utf-8?q?{text.encode().decode('latin-1').translate(_Q)}?="
    if len(word) <= _ENCODED_WORD and first + len(word) <= _ENCODED_LINE:
        return word
    # The legacy class splits between characters and measures each line itself; it
    # only has to know how much of the first one is taken.
    header = Header(text, charset="utf-8", maxlinelen=75, header_name="x" * (first - 2))
    return header.encode(linesep="\r\n")
