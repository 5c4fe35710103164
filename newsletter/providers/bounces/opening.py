"""From raw bytes to a message, refusing what is no mail or was made to hurt."""

import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message

from newsletter.providers.bounces.bounce import UnreadableMail

MOST_BYTES = 10 * 1024 * 1024  # a report holds at most one of our mails, of 100 kB
MOST_NESTED = 50  # multiparts and messages within each other; a report has four
_MOST_OF_A_TEXT = 64 * 1024  # of a part's words; what matters stands at the top

_NESTING = re.compile(rb"^content-type:\s*[\"']?(?:multipart|message)/", re.I | re.M)
_HEADER = re.compile(rb"[\x21-\x39\x3b-\x7e]+[ \t]*:")


def open_message(raw: bytes) -> Message:
    """Raises UnreadableMail."""
    if len(raw) > MOST_BYTES:
        raise UnreadableMail(
            f"it is larger than {MOST_BYTES // 1024 // 1024} MB, and no bounce is"
        )
    if b"\0" in raw or _HEADER.match(raw.lstrip(b"\r\n")) is None:
        raise UnreadableMail("it is not a mail: it does not begin with header lines")
    # Counted before it is parsed: the parser goes as deep as the message does.
    if len(_NESTING.findall(raw)) > MOST_NESTED:
        raise UnreadableMail(f"it has more than {MOST_NESTED} parts within parts")
    try:
        # The older policy: its headers are plain text, and it never fails on one.
        return message_from_bytes(raw, policy=policy.compat32)
    except (MessageError, RecursionError, ValueError, LookupError) as error:
        raise UnreadableMail("it cannot be read as a mail") from error


def header(message: Message, name: str) -> str:
    """A header's text on one line, decoded; "" without it."""
    return _decoded(message.get(name))


def headers(message: Message, name: str) -> Iterator[str]:
    for value in message.get_all(name, []):
        yield _decoded(value)


def parts_of(message: Message, content_type: str) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == content_type:
            yield part


def text_of(message: Message) -> str:
    """The readable words of a mail, from the top, at most 64 kB."""
    words = ""
    for part in message.walk():
        if part.get_content_maintype() != "text" or part.is_multipart():
            continue
        words += _text(part) + "\n"
        if len(words) > _MOST_OF_A_TEXT:
            break
    return words[:_MOST_OF_A_TEXT]


def _text(part: Message) -> str:
    try:
        found = part.get_payload(decode=True)
    except (ValueError, LookupError):  # a transfer encoding that is none
        return ""
    if not isinstance(found, bytes):
        return ""
    found = found[:_MOST_OF_A_TEXT]
    try:
        return found.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):  # a character set nobody has
        return found.decode("utf-8", "replace")


def _decoded(value: object) -> str:
    if value is None:
        return ""
    text = str(value)[:2000]
    with suppress(ValueError, LookupError, MessageError):
        text = str(make_header(decode_header(text)))
    return " ".join(text.split())
