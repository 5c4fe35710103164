"""Which delivery a report is about, by the sealed address it came back to.

Anybody can write a bounce; only who got the mail, or carried it, knows its seal.
"""

import hmac
import re
from collections.abc import Iterator, Sequence
from email.message import Message

from newsletter.providers.bounces.opening import headers, parts_of
from newsletter.providers.smtp.verp import Verp

_RETURN = re.compile(r"bounce\+([a-z0-9-]{1,60})-([a-z2-7]{16})@", re.I)

# Where a mail server writes to whom a report came, the most reliable first.
_ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
# Where the mail that came back, or a complaint about it, says who sent it.
_SENDER = ("Original-Mail-From", "Return-Path", "X-Envelope-From", "Sender")
_MOST_TRIED = 20


def delivery_in(message: Message, keys: Sequence[bytes]) -> str | None:
    """Our id of the delivery, "12-345"; None when no genuine one is there."""
    tried = set()
    for text in _places(message):
        for name, its_seal in _RETURN.findall(text):
            delivery = str(name).lower()
            if (delivery, its_seal) in tried:
                continue
            tried.add((delivery, its_seal))
            if _is_genuine(delivery, its_seal.lower(), keys):
                return delivery
            if len(tried) >= _MOST_TRIED:
                return None
    return None


def _places(message: Message) -> Iterator[str]:
    for name in _ENVELOPE:
        yield from headers(message, name)
    for kind in (
        "message/feedback-report",
        "message/delivery-status",
        "message/rfc822",
        "text/rfc822-headers",
    ):
        for part in parts_of(message, kind):
            yield from _inside(part)


def _inside(part: Message) -> Iterator[str]:
    """The senders named in a part, however the parser has opened it."""
    payload = part.get_payload()
    if isinstance(payload, str):
        lines = payload[:20_000].splitlines()
        yield from (
            line for line in lines if line.partition(":")[0].strip().title() in _SENDER
        )
        return
    for inner in payload if isinstance(payload, list) else ():
        if isinstance(inner, Message):
            for name in _SENDER:
                yield from headers(inner, name)


def _is_genuine(delivery: str, its_seal: str, keys: Sequence[bytes]) -> bool:
    return any(hmac.compare_digest(Verp(key).seal(delivery), its_seal) for key in keys)
