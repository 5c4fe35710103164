"""One record of a file as a reader, or the reason why it is none."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.orm import Session

from subscribers import addresses, secrets, typed
from subscribers.errors import SubscribersError
from subscribers.imports.columns import Columns
from subscribers.imports.dates import read_moment
from subscribers.imports.defusing import restore
from subscribers.imports.errors import Refusal
from subscribers.models import MailingList, Role, Sender
from subscribers.regions import Gazetteer, gazetteer
from subscribers.roles import all_roles, mask_from
from subscribers.segments.values import LANGUAGES
from subscribers.senders import UnknownSender, all_senders
from subscribers.subscriptions import NAME_MOST

VALUE_MOST = 100  # characters of a refused value that a report repeats
CELL_MOST = 2_000  # nothing we keep is longer
_CACHE_MOST = 10_000
# A name that is certainly as ``typed.line`` would leave it.
_TIDY = re.compile(rf"(?=.{{0,{NAME_MOST}}}$)[A-Za-z0-9.'-]*( [A-Za-z0-9.'-]+)*")


class RowStatus(StrEnum):
    """What a file says of a reader's subscription."""

    CONFIRMED = "confirmed"  # may be mailed, if there is proof
    PENDING = "pending"  # asked, never confirmed
    ENDED = "ended"  # left
    SUPPRESSED = "suppressed"  # must never be mailed
    BOUNCED = "bounced"  # the mailbox does not exist
    COMPLAINED = "complained"  # pressed "spam"


# Other systems' words, folded. Whatever is not plainly yes is not mailed.
_STATUSES: Mapping[str, RowStatus] = {
    **{status.value: status for status in RowStatus},
    **dict.fromkeys(
        ("active", "actief", "subscribed", "enabled", "ingeschreven", "aangemeld",
         "bevestigd"),
        RowStatus.CONFIRMED,
    ),
    **dict.fromkeys(
        ("unconfirmed", "onbevestigd", "nietbevestigd", "quarantined"),
        RowStatus.PENDING,
    ),
    **dict.fromkeys(
        ("unsubscribed", "uitgeschreven", "afgemeld", "beeindigd", "inactive",
         "inactief", "disabled", "archived", "deleted", "verwijderd"),
        RowStatus.ENDED,
    ),
    **dict.fromkeys(
        ("blocklisted", "blacklisted", "blocked", "geblokkeerd"), RowStatus.SUPPRESSED
    ),
    **dict.fromkeys(
        ("cleaned", "bounce", "hardbounce", "opgeschoond"), RowStatus.BOUNCED
    ),
    **dict.fromkeys(("complaint", "spam", "klacht"), RowStatus.COMPLAINED),
}  # fmt: skip
_LANGUAGES: Mapping[str, str] = {
    typed.fold(name): code
    for code, names in LANGUAGES.items()
    for name in (code, *names.values())
}


@dataclass(frozen=True, slots=True)
class Row:
    """A reader as a file tells of one; what it does not say is None or empty."""

    line: int
    address: str  # normalised
    address_hash: bytes
    name: str | None
    region_code: str | None
    role_mask: int
    partners: tuple[int, ...]  # sender ids
    language: str | None
    status: RowStatus
    joined_at: datetime | None


class _Refused(Exception):
    def __init__(self, field: str, cell: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.cell, self.reason = field, cell, reason


T = TypeVar("T")


class RowReader:
    """Reads the records of one file, with everything it looks up at hand."""

    def __init__(
        self,
        session: Session,
        columns: Columns,
        mailing_list: MailingList,
        *,
        zone: tzinfo,
        now: datetime,
    ) -> None:
        self._columns = columns
        self._zone, self._now = zone, now
        self._key = secrets.key_for(session, secrets.SUPPRESSION)
        self._gazetteer: Gazetteer = gazetteer(session)
        self._roles: Sequence[Role] = all_roles(session)
        senders = all_senders(session)
        self._partners = [s for s in senders if s.id != mailing_list.sender_id]
        self._senders = _by_name(senders)
        # To consent to the list is to consent to its own sender.
        self._own_sender_id = mailing_list.sender_id
        # The same few regions, roles and partners stand in every line.
        self._cached: dict[tuple[str, str], object] = {}

    def read(self, line: int, record: list[str] | str) -> Row | Refusal:
        if isinstance(record, str):
            return Refusal(line, "", "", record)
        try:
            return self._row(line, record)
        except _Refused as refused:
            return self.refusal(line, refused.field, refused.cell, refused.reason)

    def refusal(self, line: int, field: str, cell: str, reason: str) -> Refusal:
        """A refusal in the file's own words."""
        known = field in self._columns.places
        column = self._columns.name_of(field) if known else field
        value = cell if len(cell) <= VALUE_MOST else cell[: VALUE_MOST - 1] + "…"
        return Refusal(line, column, value, reason)

    def _row(self, line: int, record: list[str]) -> Row:
        width = len(self._columns.header)
        if len(record) > width and any(map(str.strip, record[width:])):
            raise _Refused(
                "",
                "",
                f"This line has {len(record)} values where the header has {width} "
                "columns. Put quotes around a value with a separator in it.",
            )
        cells = {
            field: record[place].strip()
            for field, place in self._columns.places.items()
            if place < len(record)
        }
        for field, cell in cells.items():
            if len(cell) > CELL_MOST:
                raise _Refused(
                    field, cell, f"It is longer than {CELL_MOST} characters."
                )
        email = restore(cells.get("email", ""))
        address = self._read("email", email, addresses.normalise)
        return Row(
            line=line,
            address=address,
            address_hash=addresses.hash_address(self._key, address),
            name=self._name(cells),
            region_code=self._once("region", cells, self._region) or None,
            role_mask=self._once("roles", cells, self._mask) or 0,
            partners=self._once("partners", cells, self._sender_ids) or (),
            language=self._once("language", cells, self._language) or None,
            status=self._status(cells),
            joined_at=self._joined_at(cells),
        )

    def _read(self, field: str, cell: str, read: Callable[[str], T]) -> T:
        try:
            return read(cell)
        except SubscribersError as error:
            raise _Refused(field, cell, str(error)) from error

    def _once(
        self, field: str, cells: Mapping[str, str], read: Callable[[str], T]
    ) -> T | None:
        """Read a cell whose values repeat, or None when it is empty or not there."""
        cell = cells.get(field)
        if not cell:
            return None
        key = (field, cell)
        if key not in self._cached:
            value = self._read(field, cell, read)
            if len(self._cached) >= _CACHE_MOST:
                self._cached.clear()
            self._cached[key] = value
        return self._cached[key]  # type: ignore[return-value]

    def _name(self, cells: Mapping[str, str]) -> str | None:
        whole = restore(cells.get("name", ""))
        field = "name"
        if not whole:
            parts = [
                cells.get(part, "") for part in ("first_name", "infix", "last_name")
            ]
            whole = " ".join(filter(None, parts))
            field = "first_name"
        if _TIDY.fullmatch(whole):
            return whole or None  # nine names in ten, for a tenth of the time
        if "\N{REPLACEMENT CHARACTER}" in whole:
            raise _Refused(field, whole, "The name holds a character we cannot read.")
        return self._read(
            field,
            whole,
            lambda text: typed.line_or_none(text, what="name", most=NAME_MOST),
        )

    def _region(self, cell: str) -> str:
        return self._gazetteer.find(cell).code

    def _mask(self, cell: str) -> int:
        return mask_from(self._roles, _several(cell))

    def _sender_ids(self, cell: str) -> tuple[int, ...]:
        ids = {self._sender_id(name) for name in _several(cell)}
        return tuple(sorted(ids - {self._own_sender_id}))

    def _sender_id(self, name: str) -> int:
        wanted = typed.slug_of(name)
        if wanted not in self._senders:
            raise UnknownSender(name, [partner.slug for partner in self._partners])
        return self._senders[wanted]

    def _language(self, cell: str) -> str:
        # "nl-NL" and "nl_NL" are Dutch too.
        folded = typed.fold(cell.replace("_", "-").partition("-")[0])
        if folded not in _LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise SubscribersError(
                f"There is no language {typed.shown(cell)}. Use one of: {known}."
            )
        return _LANGUAGES[folded]

    def _status(self, cells: Mapping[str, str]) -> RowStatus:
        cell = cells.get("status", "")
        status = _STATUSES.get(typed.fold(cell)) if cell else RowStatus.CONFIRMED
        if status is None:
            known = ", ".join(RowStatus)
            raise _Refused(
                "status", cell, f"There is no status {typed.shown(cell)}. Use: {known}."
            )
        if status is not RowStatus.CONFIRMED:
            return status
        # An export without a status can still say when somebody left.
        if cells.get("bounced_at"):
            return RowStatus.BOUNCED
        return RowStatus.ENDED if cells.get("left_at") else status

    def _joined_at(self, cells: Mapping[str, str]) -> datetime | None:
        cell = cells.get("joined_at", "")
        if not cell:
            return None
        moment = read_moment(cell, zone=self._zone, now=self._now)
        if moment is None:
            raise _Refused(
                "joined_at",
                cell,
                f"{typed.shown(cell)} is not a day somebody can have joined on. "
                "Write it as 2026-11-20.",
            )
        return moment


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _by_name(senders: Sequence[Sender]) -> dict[str, int]:
    """Sender ids by slug and by name; a slug goes before another's name."""
    by_name = {typed.slug_of(sender.name): sender.id for sender in senders}
    return by_name | {sender.slug: sender.id for sender in senders}
