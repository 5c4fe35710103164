"""One mail for one reader as RFC 5322 bytes, CRLF and ASCII throughout.

ASCII bodies keep a DKIM signature whole when a relay on the way speaks no 8BITMIME.
"""

from datetime import datetime
from email.utils import format_datetime
from hashlib import blake2s

from newsletter.providers.base import Message, Recipient
from newsletter.providers.bodies import BOUNDARY, alternative
from newsletter.providers.headers import address_header, raw_header, text_header
from newsletter.providers.wording import one_line


def build_message(
    message: Message, recipient: Recipient, *, domain: str, date: datetime
) -> bytes:
    """The whole mail. The recipient's address must be a mailbox (``is_mailbox``).

    The same delivery gives the same Message-ID at every try, so that a server that
    got it twice can tell. Raises BadHeader when a header of ours cannot be sent.
    """
    reply_to = (
        (address_header("Reply-To", "", message.reply_to),) if message.reply_to else ()
    )
    return b"".join(
        (
            raw_header("Date", format_datetime(date)),
            address_header("From", message.from_name, message.from_address),
            address_header("To", recipient.name, recipient.address),
            *reply_to,
            text_header("Subject", subject_for(message, recipient)),
            raw_header("Message-ID", message_id(message, recipient, domain=domain)),
            *(raw_header(name, value) for name, value in headers_for(message)),
            *(raw_header(name, value) for name, value in leaving_headers(recipient)),
            raw_header("Content-Language", message.language),
            raw_header("MIME-Version", "1.0"),
            b"Content-Type: multipart/alternative;\r\n"
            + f' boundary="{BOUNDARY}"\r\n\r\n'.encode("ascii"),
            alternative(message.text, message.html, recipient.values),
        )
    )


def subject_for(message: Message, recipient: Recipient) -> str:
    """The subject with this reader's values, on one line."""
    return one_line(message.subject.fill(recipient.values))


def message_id(message: Message, recipient: Recipient, *, domain: str) -> str:
    """``<12-345.1f0c...@domain>``: stable per delivery, also over a retry.

    Two installations that send for one domain both have a delivery 1-1; the mark
    behind the dot keeps a mailbox from taking the second for a copy of the first.
    """
    words = "\n".join((message.folder, message.from_address, *message.subject.pieces))
    mark = blake2s(words.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return f"<{recipient.delivery}.{mark}@{domain}>"


def headers_for(message: Message) -> tuple[tuple[str, str], ...]:
    """What stands in the mail of everyone in the chunk."""
    # Half of our readers work for a municipality: without this every issue brings
    # back their Exchange's out-of-office notes.
    return (*message.headers, ("X-Auto-Response-Suppress", "OOF, AutoReply"))


def leaving_headers(recipient: Recipient) -> tuple[tuple[str, str], ...]:
    """RFC 8058: one click in the mail program ends the subscription."""
    if recipient.one_click_url is None:
        return ()
    return (
        ("List-Unsubscribe", f"<{recipient.one_click_url}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]
