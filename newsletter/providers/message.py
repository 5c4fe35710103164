"""One mail for one reader as RFC 5322 bytes, CRLF and ASCII throughout.

What is the same for everyone is encoded once. What differs is encoded for where it
lands (a header by RFC 2047, a part as quoted-printable behind its template's own
escaping), and a whole mail is one join. ASCII bodies keep a DKIM signature whole when
a relay on the way speaks no 8BITMIME.
"""

from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import blake2s

from newsletter.providers.base import Message, Recipient
from newsletter.providers.bodies import (
    BOUNDARY,
    HTML_PART,
    LAST_LINE,
    PLAIN_PART,
    Body,
    encode_easily,
)
from newsletter.providers.headers import address_header, raw_header, text_header
from newsletter.providers.wording import one_line
from newsletter.rendering.merge import Slot

# RFC 8058: one click in the mail program ends the subscription.
_ONE_CLICK = raw_header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


class CompiledMessage:
    """Makes the mail of one reader after another.

    Raises BadHeader when a header of ours cannot be sent.
    """

    def __init__(self, message: Message, *, domain: str, for_the_wire: bool) -> None:
        self._message = message
        self._domain = domain
        self._mark = _mark_of(message)
        self._from = address_header("From", message.from_name, message.from_address)
        self._reply_to = (
            address_header("Reply-To", "", message.reply_to)
            if message.reply_to
            else b""
        )
        self._subject = (
            None
            if message.subject.slots
            else text_header("Subject", message.subject.fill({}))
        )
        self._headers = b"".join(
            raw_header(name, value) for name, value in headers_for(message)
        )
        parts = [
            Body(template, for_the_wire=for_the_wire)
            for template in (message.text, message.html)
        ]
        self._rest = _with_holes(message, *parts)
        # Each kind of slot is encoded once in each part; ``_where`` says which of those
        # values belongs in which hole.
        ways = [(slot, part.encode) for part in parts for slot in _kinds(part)]
        self._ways = tuple(ways)
        self._kinds = tuple(dict.fromkeys(slot for slot, _ in ways))
        self._where = tuple(
            ways.index((slot, part.encode)) for part in parts for slot in part.slots
        )

    def fill(self, recipient: Recipient, *, date: datetime) -> bytes:
        """The whole mail. The recipient's address must be a mailbox (``is_mailbox``).

        The same delivery gives the same Message-ID at every try, so that a server
        that got it twice can tell.
        """
        values, url = recipient.values, recipient.one_click_url
        easy = {slot: encode_easily(values[slot]) for slot in self._kinds}
        encoded = [easy[slot] or encode(values[slot]) for slot, encode in self._ways]
        rest = self._rest.copy()
        rest[1::2] = [encoded[place] for place in self._where]
        message_id = f"<{recipient.delivery}.{self._mark}@{self._domain}>"
        rest[0] = b"".join(
            (
                _date_header(date),
                self._from,
                address_header("To", recipient.name, recipient.address),
                self._reply_to,
                self._subject
                or text_header("Subject", subject_for(self._message, recipient)),
                raw_header("Message-ID", message_id),
                self._headers,
                b"" if url is None else raw_header("List-Unsubscribe", f"<{url}>"),
                b"" if url is None else _ONE_CLICK,
                rest[0],
            )
        )
        return b"".join(rest)


@lru_cache(maxsize=16)
def compile_message(
    message: Message, *, domain: str, for_the_wire: bool = False
) -> CompiledMessage:
    """Kept from chunk to chunk. ``for_the_wire``: with the dots doubled for SMTP."""
    return CompiledMessage(message, domain=domain, for_the_wire=for_the_wire)


def build_message(
    message: Message, recipient: Recipient, *, domain: str, date: datetime
) -> bytes:
    """The whole mail as a file holds it; see ``CompiledMessage.fill``."""
    return compile_message(message, domain=domain).fill(recipient, date=date)


def subject_for(message: Message, recipient: Recipient) -> str:
    """The subject with this reader's values, on one line."""
    return one_line(message.subject.fill(recipient.values))


def headers_for(message: Message) -> tuple[tuple[str, str], ...]:
    """What stands in the mail of everyone in the chunk."""
    # Half of our readers work for a municipality: without this every issue brings
    # back their Exchange's out-of-office notes.
    return (*message.headers, ("X-Auto-Response-Suppress", "OOF, AutoReply"))


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def _mark_of(message: Message) -> str:
    """Stands behind the delivery in Message-ID.

    Two installations that send for one domain both have a delivery 1-1; the mark
    keeps a mailbox from taking the second for a copy of the first.
    """
    words = "\n".join((message.folder, message.from_address, *message.subject.pieces))
    return blake2s(words.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _kinds(part: Body) -> tuple[Slot, ...]:
    return tuple(dict.fromkeys(part.slots))


def _with_holes(message: Message, text: Body, html: Body) -> list[bytes]:
    """All behind the reader's own headers; the values belong at the odd places."""
    head = b"".join(
        (
            raw_header("Content-Language", message.language),
            raw_header("MIME-Version", "1.0"),
            b"Content-Type: multipart/alternative;\r\n",
            f' boundary="{BOUNDARY}"\r\n\r\n'.encode("ascii"),
            PLAIN_PART,
        )
    )
    between = text.pieces[-1] + b"\r\n" + HTML_PART + html.pieces[0]
    constant = [*text.pieces[:-1], between, *html.pieces[1:]]
    constant[0] = head + constant[0]
    constant[-1] += LAST_LINE
    return [piece for constant_piece in constant for piece in (constant_piece, b"")][
        :-1
    ]


@lru_cache(maxsize=4)
def _date_header(date: datetime) -> bytes:
    return raw_header("Date", format_datetime(date))
