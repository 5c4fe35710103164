"""A frozen variant as the provider takes it, and what differs in each reader's mail."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, overload
from zoneinfo import ZoneInfo

from database.driver import Transaction
from newsletter.dispatch.flight import statements
from newsletter.providers.base import Message, Recipient
from newsletter.rendering.merge import MergeTemplate, Slot, as_is, in_html
from subscribers.tokens import Purpose, Signer

# Looked up once, not four times a mail.
_SLOTS = (Slot.NAME, Slot.LEAVE_URL, Slot.PREFERENCES_URL, Slot.SINCE)
_MOST_KEPT = 64  # variants of one mailing; each is about a hundred kilobytes


class Reader(NamedTuple):
    """One row of a chunk that is to be mailed."""

    seq: int
    address: str
    name: str | None
    consented_at: datetime


@dataclass(frozen=True)
class Letter:
    """One variant: what is the same for everyone who gets it."""

    message: Message
    list_id: int
    partner_id: int  # the sender whose consent it takes; 0: none but the list's
    no_name: str  # what a reader without a name is called: "lezer"
    months: tuple[str, ...]  # their names, January first


class Letters:
    """Reads a variant once: it never changes after the freeze."""

    def __init__(self) -> None:
        self._letters: dict[int, Letter] = {}

    def of(self, transaction: Transaction, variant_id: int) -> Letter:
        if variant_id not in self._letters:
            if len(self._letters) >= _MOST_KEPT:
                self._letters.clear()
            row = transaction.one(statements.LETTER, variant_id=variant_id)
            assert row is not None  # a chunk's variant is there
            mail, html, text, list_id, partner_id = row
            document = json.loads(mail) if isinstance(mail, str) else mail
            self._letters[variant_id] = Letter(
                message=make_message(document, html=html, text=text),
                list_id=list_id,
                partner_id=partner_id or 0,
                no_name=document["no_name"],
                months=tuple(document["months"]),
            )
        return self._letters[variant_id]


def make_message(mail: dict[str, Any], *, html: str, text: str) -> Message:
    """``mail`` as ``messages.mail_of`` made it; the texts hold slot markers."""
    return Message(
        folder=mail["folder"],
        from_name=mail["from_name"],
        from_address=mail["from_address"],
        reply_to=mail["reply_to"],
        subject=MergeTemplate.cut(mail["subject"], escape=as_is),
        html=MergeTemplate.cut(html, escape=in_html),
        text=MergeTemplate.cut(text, escape=as_is),
        language=mail["language"],
        headers=tuple((name, value) for name, value in mail["headers"]),
    )


@dataclass(frozen=True)
class Links:
    """Makes what differs per reader: name, day of consent, and the signed links."""

    base_url: str
    signer: Signer
    timezone: ZoneInfo

    def recipients(
        self,
        letter: Letter,
        readers: Sequence[Reader],
        *,
        mailing_id: int,
        name_of: Callable[[int], str] | None = None,
    ) -> Sequence[Recipient]:
        """One for each reader, made when asked for: by the thread that fills the mail.

        Made beforehand they would take the interpreter from it just when it sends.
        ``name_of`` names mails that are not in the ledger.
        """
        leave = self.signer.series(Purpose.LEAVE, mailing_id)
        change = self.signer.series(Purpose.PREFERENCES, mailing_id)
        leave_at = f"{self.base_url}/unsubscribe/"
        change_at = f"{self.base_url}/preferences/"
        name_of = name_of or f"{mailing_id}-{{}}".format
        no_name, months, timezone = letter.no_name, letter.months, self.timezone
        name_slot, leave_slot, change_slot, since_slot = _SLOTS

        def make(reader: Reader) -> Recipient:
            seq, address, name, consented_at = reader
            leave_url = leave_at + leave(seq)
            since = consented_at.astimezone(timezone)
            values = {
                name_slot: name or no_name,
                leave_slot: leave_url,
                change_slot: change_at + change(seq),
                since_slot: f"{since.day} {months[since.month - 1]} {since.year}",
            }
            return Recipient(name_of(seq), address, name or "", values, leave_url)

        return _Recipients(readers, make)


class _Recipients(Sequence[Recipient]):
    """Makes each whenever it is asked for."""

    def __init__(
        self, readers: Sequence[Reader], make: Callable[[Reader], Recipient]
    ) -> None:
        self._readers = readers
        self._make = make

    def __len__(self) -> int:
        return len(self._readers)

    @overload
    def __getitem__(self, place: int) -> Recipient: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Recipient]: ...

    def __getitem__(self, place: int | slice) -> Recipient | Sequence[Recipient]:
        if isinstance(place, slice):
            return _Recipients(self._readers[place], self._make)
        return self._make(self._readers[place])
