"""A list of addresses never to be mailed, taken in before any reader is.

Only the keyed hash of each is kept, with the reason: whoever is on such a list need
not be known to us, and does not become so by it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import chain, islice
from pathlib import Path
from typing import cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from database.bulk import insert_rows, rows_among
from database.session import Database
from subscribers import addresses, secrets, suppression, typed
from subscribers.imports.columns import Columns, guess
from subscribers.imports.dates import read_moment
from subscribers.imports.defusing import restore
from subscribers.imports.errors import BadFile, Refusal
from subscribers.imports.lines import Record
from subscribers.imports.reading import Sheet, open_sheet
from subscribers.imports.scratch import Scratch
from subscribers.imports.statuses import WORDS, RowStatus
from subscribers.models import Suppression, SuppressionReason
from subscribers.segments.fields import HOME_ZONE

BATCH_ROWS = 5_000
_NOTE = "import of a suppression list"
_REASONS = {
    RowStatus.BOUNCED: SuppressionReason.BOUNCED,
    RowStatus.COMPLAINED: SuppressionReason.COMPLAINED,
    # They left elsewhere; signing up and confirming here is their own to do.
    RowStatus.ENDED: SuppressionReason.LEFT,
}
MAY_BE_MAILED = (
    "The file says that this reader may be mailed: is it the right one? Take them out "
    "of the list, or take it in as readers."
)
_COLUMNS = ("address_hash", "reason", "note", "created_at")


@dataclass
class SuppressionReport:
    """What became of a list: ``rows == taken + len(refused)``."""

    rows: int = 0
    taken: int = 0
    refused: Scratch = field(default_factory=Scratch)


@dataclass(frozen=True)
class _Entry:
    address_hash: bytes
    reason: SuppressionReason
    since: datetime


def import_suppressions(
    database: Database,
    path: Path,
    *,
    dry_run: bool,
    now: datetime,
    zone: tzinfo = HOME_ZONE,
) -> SuppressionReport:
    """Suppress every address in a file: anybody's export, or addresses alone.

    A graver reason replaces a lighter one. Raises BadFile before anything is written;
    commits after each batch, and may be started again.
    """
    report = SuppressionReport()
    with open_sheet(path) as sheet:
        columns, records = _columns(sheet)
        with database.read() as session:
            key = secrets.key_for(session, secrets.SUPPRESSION)
        entries = _entries(records, columns, key, report, now=now, zone=zone)
        while batch := list(islice(entries, BATCH_ROWS)):
            report.taken += len(batch)
            if not dry_run:
                with database.write.begin() as session:
                    _write(session, batch, now=now)
    return report


def _columns(sheet: Sheet) -> tuple[Columns, Iterator[Record]]:
    """Where the address stands; a file that begins with one has no header."""
    try:
        return guess(sheet.header, {}), sheet.records
    except BadFile:
        cells = [restore(cell) for cell in sheet.header]
        place = next((at for at, cell in enumerate(cells) if _is_address(cell)), None)
        if place is None:
            raise
        header = [f"column {number}" for number in range(1, len(cells) + 1)]
        first: Record = (1, sheet.header)
        return Columns("plain", header, {"email": place}), chain([first], sheet.records)


def _is_address(cell: str) -> bool:
    try:
        addresses.normalise(cell)
    except addresses.BadAddress:
        return False
    return True


def _entries(
    records: Iterator[Record],
    columns: Columns,
    key: bytes,
    report: SuppressionReport,
    *,
    now: datetime,
    zone: tzinfo,
) -> Iterator[_Entry]:
    hashed = secrets.keyed_hash(key)
    email = columns.name_of("email")
    for line, record in records:
        report.rows += 1
        if isinstance(record, str):
            report.refused.refuse(Refusal(line, "", "", record))
            continue
        cells = {
            name: record[place].strip()
            for name, place in columns.places.items()
            if place < len(record)
        }
        try:
            address = addresses.normalise(restore(cells.get("email", "")))
        except addresses.BadAddress as error:
            shown = cells.get("email", "")[:100]
            report.refused.refuse(Refusal(line, email, shown, str(error)))
            continue
        since = cells.get("bounced_at") or cells.get("left_at") or ""
        reason = _reason(cells)
        if reason is None:
            report.refused.refuse(Refusal(line, email, address, MAY_BE_MAILED))
            continue
        moment = read_moment(since, zone=zone, now=now) or now
        yield _Entry(hashed(address.encode("ascii")), reason, moment)


def _reason(cells: dict[str, str]) -> SuppressionReason | None:
    """As the file says; None when it says that they may be mailed.

    A word we do not know lets nobody through.
    """
    word = cells.get("status", "")
    status = WORDS.get(typed.fold(word), RowStatus.SUPPRESSED) if word else None
    if cells.get("bounced_at"):
        status = RowStatus.BOUNCED
    elif status is None and cells.get("left_at"):
        status = RowStatus.ENDED
    if status is RowStatus.CONFIRMED:
        return None
    return _REASONS.get(status or RowStatus.SUPPRESSED, SuppressionReason.STAFF)


def _write(session: Session, batch: Sequence[_Entry], *, now: datetime) -> None:
    column = Suppression.address_hash
    hashes = [entry.address_hash for entry in batch]
    known = {bytes(found[0]) for found in rows_among(session, [column], column, hashes)}
    new, others = [], []
    for entry in batch:
        if entry.address_hash in known:
            others.append(entry)
        else:
            known.add(entry.address_hash)
            new.append((entry.address_hash, entry.reason, _NOTE, entry.since))
    table = cast("Table", Suppression.__table__)
    insert_rows(session, table, _COLUMNS, new, skip_existing=True)
    for entry in others:
        suppression.suppress(
            session,
            address_hash=entry.address_hash,
            reason=entry.reason,
            note=_NOTE,
            now=now,
        )
