"""One request for many readers, as the bytes that go over the line.

A mail's constant part becomes JSON once; of a thousand readers only their values are
escaped, one kind of value at a time. Dicts and ``json.dumps`` cost six times as much,
the library's helper classes twenty; those also reverse the order of personalizations
and can lose an address (``Email('Jan, "x" <a@b.nl>')`` keeps only a name).
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from newsletter.providers.base import Message, Recipient
from newsletter.providers.message import headers_for
from newsletter.providers.sendgrid.columns import Escape, clean, written
from newsletter.providers.wording import MOST_OF_A_NAME, one_line
from newsletter.rendering.merge import MergeTemplate, Slot

# Everything that watches readers, off in each request: pixels and rewritten links need
# a consent nobody gave (Telecommunicatiewet 11.7a), and subscription tracking would
# put SendGrid's own List-Unsubscribe in place of ours. No ``asm`` for the same reason.
UNTRACKED: dict[str, Any] = {
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

# Stands for the number in a tag until a request is made; as hard to guess as that.
_SALT = secrets.token_hex(8)


@lru_cache(maxsize=16)
def compile_request(message: Message) -> "CompiledRequest":
    """Kept from request to request."""
    return CompiledRequest(message)


class CompiledRequest:
    """Makes one request after another that carry the same message."""

    def __init__(self, message: Message) -> None:
        self._tags: dict[str, tuple[Slot, Escape]] = {}
        mail = {
            "from": _sender(message),
            **({"reply_to": {"email": message.reply_to}} if message.reply_to else {}),
            "subject": one_line(self._tagged(message.subject, "subject")),
            "headers": {
                **dict(headers_for(message)),
                "Content-Language": message.language,
            },
            # SendGrid insists on this order, as RFC 2046 does.
            "content": [
                {"type": "text/plain", "value": self._tagged(message.text, "text")},
                {"type": "text/html", "value": self._tagged(message.html, "html")},
            ],
            **UNTRACKED,
        }
        # Open at the end: the readers come there.
        self._mail = json.dumps(mail).removesuffix("}") + ',"personalizations":['

    def fill(self, recipients: Sequence[Recipient]) -> bytes:
        """The JSON of one POST: one personalization per reader, in their order.

        Raises KeyError when a used slot has no value.
        """
        # A new number each time, that nobody can know beforehand: a reader called
        # ``-leave-url-`` must not get a link for a name.
        salt = secrets.token_hex(6)
        strands = self._strands(recipients, salt)
        people = chain.from_iterable(zip(*strands, strict=True))
        mail = self._mail.replace(_SALT, salt)
        return "".join(chain((mail,), people, ("]}",))).encode("ascii")

    def _tagged(self, template: MergeTemplate, part: str) -> str:
        """The template's text, with a tag where SendGrid puts a reader's value.

        Substitution is plain replacement without escaping, so each part has tags of
        its own, for values that are escaped here.
        """
        words = [template.pieces[0]]
        for slot, piece in zip(template.slots, template.pieces[1:], strict=True):
            tag = f"-bw{_SALT}.{part}.{slot.value}-"
            self._tags[tag] = (slot, template.escape)
            words += (tag, piece)
        return "".join(words)

    def _strands(
        self, recipients: Sequence[Recipient], salt: str
    ) -> Iterator[Iterable[str]]:
        """What stands in each personalization, piece after piece: for every piece
        one text per reader, so that the pieces of one reader are a row across."""

        def same(text: str) -> Iterable[str]:
            return repeat(text, len(recipients))

        first = '{"to":[{"email":"'
        yield chain((first,), repeat(f",{first}", len(recipients) - 1))
        yield written(clean([recipient.address for recipient in recipients]))
        names = clean([recipient.name for recipient in recipients])
        # An empty string is worse to SendGrid than an absent field.
        yield [
            f'","name":"{name}' if name else ""
            for name in written([name[:MOST_OF_A_NAME] for name in names])
        ]
        # Opaque: SendGrid keeps these as "not personal data", readable by its staff.
        yield same('"}],"custom_args":{"bw_delivery":"')
        yield written(clean([recipient.delivery for recipient in recipients]))
        yield same('"}')
        # RFC 8058, both in each: how SendGrid merges headers is not written anywhere.
        urls = clean([recipient.one_click_url or "" for recipient in recipients])
        yield [
            f',"headers":{{"List-Unsubscribe":"<{url}>",'
            '"List-Unsubscribe-Post":"List-Unsubscribe=One-Click"}'
            if url
            else ""
            for url in written(urls)
        ]
        yield from self._substitutions(recipients, salt)
        yield same("}")

    def _substitutions(
        self, recipients: Sequence[Recipient], salt: str
    ) -> Iterator[Iterable[str]]:
        if not self._tags:
            return
        values = {
            slot: clean([recipient.values[slot] for recipient in recipients])
            for slot in {slot for slot, _escape in self._tags.values()}
        }
        columns = {
            (slot, escape): written(values[slot], escape)
            for slot, escape in set(self._tags.values())
        }
        before = ',"substitutions":{"'
        for tag, slot_and_escape in self._tags.items():
            yield repeat(f'{before}{tag.replace(_SALT, salt)}":"', len(recipients))
            yield columns[slot_and_escape]
            before = '","'
        yield repeat('"}', len(recipients))


def _sender(message: Message) -> dict[str, str]:
    name = one_line(message.from_name)[:MOST_OF_A_NAME]
    return {"email": message.from_address, **({"name": name} if name else {})}
