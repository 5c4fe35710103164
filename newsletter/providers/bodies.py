"""The two parts of a mail as bytes: encoded once, filled per reader.

Quoted-printable is position dependent, yet a soft line break (``=`` CRLF) may stand
anywhere and means nothing. So every constant piece is encoded once and ends in one, a
reader's value is encoded by itself, and a whole body is one join.
"""

from binascii import b2a_qp
from collections.abc import Mapping
from functools import lru_cache

from newsletter.providers.wording import one_line
from newsletter.rendering.merge import MergeTemplate, Slot

# "=_" cannot occur in quoted-printable text, so no content can end a part early.
BOUNDARY = "=_buurtpost_f1c27e0d94"
_SOFT_BREAK = b"=\r\n"
_PART = (
    f"--{BOUNDARY}\r\n"
    'Content-Type: text/{kind}; charset="utf-8"\r\n'
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
)


def alternative(
    text: MergeTemplate, html: MergeTemplate, values: Mapping[Slot, str]
) -> bytes:
    """The body of a multipart/alternative, plain text first: clients show the last."""
    return b"".join(
        (
            _PART.replace("{kind}", "plain").encode("ascii"),
            _fill(text, values),
            b"\r\n",
            _PART.replace("{kind}", "html").encode("ascii"),
            _fill(html, values),
            f"\r\n--{BOUNDARY}--\r\n".encode("ascii"),
        )
    )


def quoted_printable(text: str) -> bytes:
    """Text as quoted-printable with CRLF: ASCII, lines of at most 76 characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return b2a_qp(lines.encode("utf-8", "replace")).replace(b"\n", b"\r\n")


# A chunk has one subject and two bodies; several connections may fill from them.
@lru_cache(maxsize=16)
def _pieces(template: MergeTemplate) -> tuple[bytes, ...]:
    *before_a_slot, last = template.pieces
    return (
        *(quoted_printable(piece) + _SOFT_BREAK for piece in before_a_slot),
        quoted_printable(last),
    )


def _fill(template: MergeTemplate, values: Mapping[Slot, str]) -> bytes:
    pieces = _pieces(template)
    parts = [pieces[0]]
    for slot, piece in zip(template.slots, pieces[1:], strict=True):
        value = template.escape(one_line(values[slot]))
        parts.append(quoted_printable(value) + _SOFT_BREAK)
        parts.append(piece)
    return b"".join(parts)
