"""The parts of a mail as bytes: encoded once, filled per reader.

Quoted-printable is position dependent, yet a soft line break (``=`` CRLF) may stand
anywhere and means nothing. So every constant piece is encoded once and ends in one, a
reader's value is encoded by itself, and a whole mail is one join.
"""

from binascii import b2a_qp

from newsletter.providers.wording import one_line
from newsletter.rendering.merge import MergeTemplate

# "=_" cannot occur in quoted-printable text, so no content can end a part early.
BOUNDARY = "=_buurtpost_f1c27e0d94"
_SOFT_BREAK = b"=\r\n"
_PART = (
    f"--{BOUNDARY}\r\n"
    'Content-Type: text/{kind}; charset="utf-8"\r\n'
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
)
PLAIN_PART = _PART.replace("{kind}", "plain").encode("ascii")
HTML_PART = _PART.replace("{kind}", "html").encode("ascii")
LAST_LINE = f"\r\n--{BOUNDARY}--\r\n".encode("ascii")
_LONGEST = 75  # characters of a line that ends in a soft break
_SHORT = 72  # characters that fit on a line of their own, whatever follows
# What stands for itself in quoted-printable, in HTML and as text.
_SPACE = ord(" ")
_EASY = bytes(sign for sign in range(0x20, 0x7F) if sign not in b"=&<>'\"")


class Body:
    """One part's text: constant pieces, and after all but the last a reader's value.

    ``for_the_wire`` doubles the dots at the start of a line (RFC 5321 4.5.2). Every
    piece and every value begins a line, so each can be done by itself.
    """

    def __init__(self, template: MergeTemplate, *, for_the_wire: bool) -> None:
        *before_a_slot, last = template.pieces
        finish = double_dots if for_the_wire else _as_it_is
        self.pieces = (
            *(finish(run(piece)) for piece in before_a_slot),
            finish(quoted_printable(last)),
        )
        self.slots = template.slots
        self._escape = template.escape
        self._finish = finish
        assert template.escape(_EASY.decode()) == _EASY.decode()

    def encode(self, value: str) -> bytes:
        """Any value, as it stands in this part."""
        text = self._escape(one_line(value))
        if len(text) <= _SHORT and text.isascii() and "=" not in text:
            encoded = text.encode("ascii")
            if not encoded.startswith(b"."):
                return encoded + _SOFT_BREAK
        return self._finish(run(text))


def encode_easily(value: str) -> bytes | None:
    """A value that is the same in every part; None: ``Body.encode`` must look at it."""
    if not value or not value.isascii():
        return None
    encoded = value.encode("ascii")
    # A dot that comes first is doubled on the wire.
    if encoded.translate(None, _EASY) or encoded[0] in b" ." or encoded[-1] == _SPACE:
        return None
    if len(encoded) > _SHORT:
        lines = [encoded[at : at + _SHORT] for at in range(0, len(encoded), _SHORT)]
        if any(line.startswith(b".") for line in lines):
            return None
        encoded = _SOFT_BREAK.join(lines)
    return encoded + _SOFT_BREAK


def quoted_printable(text: str) -> bytes:
    """Text as quoted-printable with CRLF: ASCII, lines of at most 76 characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return b2a_qp(lines.encode("utf-8", "replace")).replace(b"\n", b"\r\n")


def run(text: str) -> bytes:
    """The same, ending in a soft break: what follows stands on a line of its own."""
    encoded = quoted_printable(text)
    last = len(encoded) - encoded.rfind(b"\n") - 1
    if last > _LONGEST:
        # The encoder leaves no room for "=" on a line that it thinks is the last.
        cut = -3 if encoded[-3:-2] == b"=" else -1
        encoded = encoded[:cut] + _SOFT_BREAK + encoded[cut:]
    return encoded + _SOFT_BREAK


def double_dots(encoded: bytes) -> bytes:
    """Text that begins a line, with every dot that begins one doubled."""
    doubled = encoded.replace(b"\r\n.", b"\r\n..")
    return b"." + doubled if doubled.startswith(b".") else doubled


def _as_it_is(encoded: bytes) -> bytes:
    return encoded
