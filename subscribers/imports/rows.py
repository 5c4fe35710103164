"""One record of a file as a reader, or the reason why it is none."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple, TypeVar
from unicodedata import is_normalized

from sqlalchemy.orm import Session

from subscribers import addresses, secrets, typed
from subscribers.errors import SubscribersError
from subscribers.imports.columns import Columns
from subscribers.imports.dates import read_moment
from subscribers.imports.defusing import restore
from subscribers.imports.errors import Refusal
from subscribers.imports.formats import FIELDS
from subscribers.imports.statuses import WORDS, RowStatus
from subscribers.models import Frequency, MailingList, Role, Sender
from subscribers.regions import Gazetteer, gazetteer
from subscribers.roles import all_roles, mask_from
from subscribers.segments import values
from subscribers.senders import UnknownSender, all_senders
from subscribers.subscriptions import NAME_MOST

VALUE_MOST = 100  # characters of a refused value that a report repeats
CELL_MOST = 2_000  # nothing we keep is longer
_CACHE_MOST = 10_000
# A name in normal form that ``typed.line`` would leave as it is.
_TIDY = re.compile(r"[\w.'-]+( [\w.'-]+)*")
_NAME_PARTS = ("first_name", "infix", "last_name")
_LEAVING = ("left_at", "bounced_at", "switched_off")
_NOT_OFF = frozenset({"", "0", "f", "false", "n", "no", "nee"})


_LANGUAGES: Mapping[str, str] = {
    typed.fold(name): code
    for code, names in values.LANGUAGES.items()
    for name in (code, *names.values())
}


class Row(NamedTuple):
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
    left_at: datetime | None  # or bounced
    frequency: Frequency


class _Refused(Exception):
    def __init__(self, field: str, cell: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.cell, self.reason = field, cell, reason


T = TypeVar("T")


class _Remembered(dict[str, T]):
    """What the cells of a column say: the same few stand in every line."""

    def __init__(self, read: Callable[[str], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: str) -> T:
        value = self._read(cell)
        if len(self) >= _CACHE_MOST:
            self.clear()
        self[cell] = value
        return value


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
        self._width = len(columns.header)
        # Behind the last cell comes an empty one: a column the file has not.
        self._place = {
            field: columns.places.get(field, self._width) for field in FIELDS
        }
        self._zone, self._now = zone, now
        self._hash = secrets.keyed_hash(secrets.key_for(session, secrets.SUPPRESSION))
        self._gazetteer: Gazetteer = gazetteer(session)
        self._roles: Sequence[Role] = all_roles(session)
        senders = all_senders(session)
        self._partners = [s for s in senders if s.id != mailing_list.sender_id]
        self._senders = _by_name(senders)
        # To consent to the list is to consent to its own sender.
        self._own_sender_id = mailing_list.sender_id
        self._regions = self._remembered("region", self._region, None)
        self._masks = self._remembered("roles", self._mask, 0)
        nobody: tuple[int, ...] = ()
        self._sender_sets = self._remembered("partners", self._sender_ids, nobody)
        self._languages = self._remembered("language", self._language, None)
        self._often = self._remembered("frequency", _frequency, Frequency.EVERY)
        self._statuses = self._remembered("status", _status, RowStatus.CONFIRMED)
        self._off = _Remembered(lambda cell: typed.fold(cell) not in _NOT_OFF)
        self._leaving = any(field in columns.places for field in _LEAVING)

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
        cells, place = self._padded(record), self._place
        address = self._address(cells[place["email"]])
        name = self._name(cells)
        return Row(
            line,
            address,
            self._hash(address.encode("ascii")),
            name,
            self._regions[cells[place["region"]]],
            self._masks[cells[place["roles"]]],
            self._sender_sets[cells[place["partners"]]],
            self._languages[cells[place["language"]]],
            self._status(cells),
            self._joined_at(cells[place["joined_at"]].strip()),
            self._left_at(cells) if self._leaving else None,
            self._often[cells[place["frequency"]]],
        )

    def _padded(self, record: list[str]) -> list[str]:
        """As many cells as the header has columns, and an empty one."""
        width = self._width
        if len(record) == width:
            cells = [*record, ""]
        else:
            if any(map(str.strip, record[width:])):
                raise _Refused(
                    "",
                    "",
                    f"This line has {len(record)} values where the header has {width} "
                    "columns. Put quotes around a value with a separator in it.",
                )
            cells = record[:width] + [""] * (width + 1 - len(record))
        if max(map(len, cells)) > CELL_MOST:
            for field, place in self._columns.places.items():
                if len(cells[place].strip()) > CELL_MOST:
                    raise _Refused(
                        field,
                        cells[place],
                        f"It is longer than {CELL_MOST} characters.",
                    )
        return cells

    def _remembered(
        self, field: str, read: Callable[[str], T], empty: T
    ) -> _Remembered[T]:
        """A column whose values repeat."""

        def value_of(cell: str) -> T:
            cell = cell.strip()
            return self._read(field, cell, read) if cell else empty

        return _Remembered(value_of)

    def _read(self, field: str, cell: str, read: Callable[[str], T]) -> T:
        try:
            return read(cell)
        except SubscribersError as error:
            raise _Refused(field, cell, str(error)) from error

    def _address(self, cell: str) -> str:
        return self._read("email", restore(cell.strip()), addresses.normalise)

    def _name(self, cells: Sequence[str]) -> str | None:
        place, field = self._place, "name"
        whole = restore(cells[place["name"]].strip())
        if not whole:
            field = "first_name"
            parts = [restore(cells[place[part]].strip()) for part in _NAME_PARTS]
            whole = " ".join(filter(None, parts))
            if not whole:
                return None
        # Nine names in ten, for a tenth of the time.
        if (
            _TIDY.fullmatch(whole)
            and len(whole) <= NAME_MOST
            and (whole.isascii() or is_normalized("NFC", whole))
        ):
            return whole
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
            known = ", ".join(values.LANGUAGES)
            raise SubscribersError(
                f"There is no language {typed.shown(cell)}. Use one of: {known}."
            )
        return _LANGUAGES[folded]

    def _status(self, cells: Sequence[str]) -> RowStatus:
        place = self._place
        status = self._statuses[cells[place["status"]]]
        if status is not RowStatus.CONFIRMED or not self._leaving:
            return status
        # An export without a status can still say when somebody left.
        if cells[place["bounced_at"]].strip():
            return RowStatus.BOUNCED
        left = (
            cells[place["left_at"]].strip() or self._off[cells[place["switched_off"]]]
        )
        return RowStatus.ENDED if left else status

    def _left_at(self, cells: Sequence[str]) -> datetime | None:
        """When they left or bounced, as far as a cell that says so is a moment."""
        for field in ("bounced_at", "left_at"):
            if cell := cells[self._place[field]].strip():
                return read_moment(cell, zone=self._zone, now=self._now)
        return None

    def _joined_at(self, cell: str) -> datetime | None:
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


def _status(cell: str) -> RowStatus:
    status = WORDS.get(typed.fold(cell))
    if status is None:
        known = ", ".join(RowStatus)
        raise SubscribersError(f"There is no status {typed.shown(cell)}. Use: {known}.")
    return status


def _frequency(cell: str) -> Frequency:
    return Frequency(values.frequency(cell))


def _several(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _by_name(senders: Sequence[Sender]) -> dict[str, int]:
    """Sender ids by slug and by name; a slug goes before another's name."""
    by_name = {typed.slug_of(sender.name): sender.id for sender in senders}
    return by_name | {sender.slug: sender.id for sender in senders}
