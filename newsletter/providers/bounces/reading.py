"""One raw mail -> one Bounce: whose it is first, then what happened.

Whose: the sealed return address. What: a complaint or delivery report when there is
one, else what is known of servers that write prose (flufl.bounce), else its words.
"""

from collections.abc import Sequence
from email.message import Message

from newsletter.providers.bounces import reports, words
from newsletter.providers.bounces.bounce import Bounce, BounceKind
from newsletter.providers.bounces.opening import header, open_message
from newsletter.providers.bounces.reports import Said
from newsletter.providers.bounces.verp import delivery_in

_MOST_OF_A_DIAGNOSTIC = 500


def read_bounce(raw: bytes, *, keys: Sequence[bytes]) -> Bounce:
    """What a returned mail says; ``keys`` verify whose it is. Raises UnreadableMail."""
    message = open_message(raw)
    delivery = delivery_in(message, keys)
    said = _said(message, is_ours=delivery is not None)
    return Bounce(
        kind=said.kind,
        address=said.address,
        status=said.status,
        diagnostic=_one_line(said.diagnostic),
        delivery=delivery,
        message_id=header(message, "Message-ID"),
    )


def _said(message: Message, *, is_ours: bool) -> Said:
    return (
        reports.complaint(message)
        or reports.delivery_report(message)
        or words.auto_reply(message)
        or words.prose(message, is_ours=is_ours)
        or words.answered_by_itself(message)
        or Said(BounceKind.NONE)
    )


def _one_line(text: str) -> str:
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(line.split())[:_MOST_OF_A_DIAGNOSTIC]
