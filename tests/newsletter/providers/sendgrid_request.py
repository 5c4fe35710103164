"""The request as plain dicts: the specification of what the provider's bytes say.

Slow and easy to read. A mail's tags hold a salt, given here so that it can be compared.
"""

from collections.abc import Callable, Sequence
from typing import Any

from newsletter.providers.base import Message, Recipient
from newsletter.providers.message import headers_for
from newsletter.providers.sendgrid.body import UNTRACKED
from newsletter.providers.wording import MOST_OF_A_NAME, one_line
from newsletter.rendering.merge import MergeTemplate, Slot

Body = dict[str, Any]


def request_body(
    message: Message, recipients: Sequence[Recipient], *, salt: str
) -> Body:
    """The JSON of one POST: one personalization per reader, in their order."""
    tags = _Tags(salt)
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
    """Places where SendGrid puts a reader's value: one tag per slot and part."""

    def __init__(self, salt: str) -> None:
        self._salt = salt
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
    url = recipient.one_click_url
    headers = {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    substitutions = tags.values_for(recipient)
    return {
        "to": [_person(recipient.address, recipient.name)],
        "custom_args": {"bw_delivery": recipient.delivery},
        **({"headers": headers} if url else {}),
        **({"substitutions": substitutions} if substitutions else {}),
    }


def _person(address: str, name: str) -> dict[str, str]:
    name = one_line(name)[:MOST_OF_A_NAME]
    return {"email": address, "name": name} if name else {"email": address}
