"""One request for many readers: the constant mail, and what differs for each.

A plain dict: the library's helper classes reverse the order of personalizations and
can lose an address (``Email('Jan, "x" <a@b.nl>')`` keeps only a name).
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Any

from newsletter.providers.base import Message, Recipient
from newsletter.providers.message import headers_for, leaving_headers
from newsletter.providers.wording import MOST_OF_A_NAME, one_line
from newsletter.rendering.merge import MergeTemplate, Slot

Body = dict[str, Any]

# Everything that watches readers, off in each request: pixels and rewritten links need
# a consent nobody gave (Telecommunicatiewet 11.7a), and subscription tracking would
# put SendGrid's own List-Unsubscribe in place of ours. No ``asm`` for the same reason.
UNTRACKED: Body = {
    "tracking_settings": {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    },
    "mail_settings": {
        "footer": {"enable": False},
        "sandbox_mode": {"enable": False},
    },
}


def request_body(message: Message, recipients: Sequence[Recipient]) -> Body:
    """The JSON of one POST: one personalization per reader, in their order."""
    tags = _Tags()
    subject = tags.put(message.subject, "subject", message.subject.escape)
    text = tags.put(message.text, "text", message.text.escape)
    html = tags.put(message.html, "html", message.html.escape)
    return {
        "from": _person(message.from_address, message.from_name),
        **({"reply_to": {"email": message.reply_to}} if message.reply_to else {}),
        "subject": one_line(subject),
        "headers": {
            **dict(headers_for(message)),
            "Content-Language": message.language,
        },
        # SendGrid insists on this order, as RFC 2046 does.
        "content": [
            {"type": "text/plain", "value": text},
            {"type": "text/html", "value": html},
        ],
        "personalizations": [
            _personalization(recipient, tags) for recipient in recipients
        ],
        **UNTRACKED,
    }


class _Tags:
    """Places where SendGrid puts a reader's value: one tag per slot and part.

    Substitution is plain replacement without escaping, so the HTML part has tags of
    its own, for values that are escaped here. Tags hold a number nobody can know
    beforehand: a reader called ``-leave-url-`` must not get a link for a name.
    """

    def __init__(self) -> None:
        self._salt = secrets.token_hex(6)
        self._used: dict[str, tuple[Slot, Callable[[str], str]]] = {}

    def put(
        self, template: MergeTemplate, part: str, escape: Callable[[str], str]
    ) -> str:
        """The template's text with tags for slots."""
        words = [template.pieces[0]]
        for slot, piece in zip(template.slots, template.pieces[1:], strict=True):
            tag = f"-bw{self._salt}.{part}.{slot.value}-"
            self._used[tag] = (slot, escape)
            words += (tag, piece)
        return "".join(words)

    def values_for(self, recipient: Recipient) -> dict[str, str]:
        return {
            tag: escape(one_line(recipient.values[slot]))
            for tag, (slot, escape) in self._used.items()
        }


def _personalization(recipient: Recipient, tags: _Tags) -> Body:
    headers = dict(leaving_headers(recipient))
    substitutions = tags.values_for(recipient)
    return {
        "to": [_person(recipient.address, recipient.name)],
        # Opaque: SendGrid keeps these as "not personal data", readable by its staff.
        "custom_args": {"bw_delivery": recipient.delivery},
        **({"headers": headers} if headers else {}),
        **({"substitutions": substitutions} if substitutions else {}),
    }


def _person(address: str, name: str) -> dict[str, str]:
    name = one_line(name)[:MOST_OF_A_NAME]
    # An empty string is worse to SendGrid than an absent field.
    return {"email": address, "name": name} if name else {"email": address}
