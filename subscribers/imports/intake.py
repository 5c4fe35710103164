"""Take a file of readers in: good rows are taken, bad ones listed, nobody is mailed.

Commits after every batch: a write of a few tenths of a second on SQLite, so that
the pages go on working beside a million rows. An import that was cut off is simply
started again; what was taken is then found unchanged.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from database.session import Database
from subscribers import secrets, typed
from subscribers.imports import bulk
from subscribers.imports.columns import Columns, guess
from subscribers.imports.decide import ERASED, Decision, decide
from subscribers.imports.errors import Refusal
from subscribers.imports.known import known_of
from subscribers.imports.reading import Sheet, open_sheet
from subscribers.imports.rows import Row, RowReader
from subscribers.imports.scratch import Scratch
from subscribers.lists import find_list
from subscribers.segments.fields import HOME_ZONE

BATCH_ROWS = 5_000
PROOF_MOST = 500
_ATTEMPTS = 5

# None: the person had us forget them.
Decided: TypeAlias = tuple[Row, Decision | None]


@dataclass
class ImportReport:
    """What became of a file's rows: ``rows == taken + len(refused)``."""

    rows: int = 0
    taken: int = 0  # the good ones: new, updated and unchanged
    updated: int = 0  # people we knew, of whom something changed
    unchanged: int = 0  # people we knew exactly so
    quarantined: int = 0  # of those taken: never mailed until they sign up themselves
    refused: Scratch = field(default_factory=Scratch)  # has a length, gives Refusals
    encoding: str = ""
    columns: Columns | None = None  # how the file was read


@dataclass(frozen=True)
class Progress:
    """How far an import has come."""

    rows: int
    read_bytes: int
    size_bytes: int


def import_readers(
    database: Database,
    path: Path,
    *,
    mailing_list: str,
    proof: str | None,
    mapping: Mapping[str, str],
    dry_run: bool,
    now: datetime,
    progress: Callable[[Progress], None] | None = None,
    zone: tzinfo = HOME_ZONE,
) -> ImportReport:
    """Take the readers in a CSV file into a list.

    ``mapping`` is our field -> the file's column, for those not guessed. ``proof``
    covers the list and the partners in the file; None puts every confirmed row in
    quarantine. ``dry_run`` writes nothing and reports the same. Raises BadFile,
    BadMapping or UnknownList before anything is written; commits after each batch.
    """
    report = ImportReport()
    with open_sheet(path) as sheet:
        columns = guess(sheet.header, mapping)
        report.encoding, report.columns = sheet.encoding, columns
        if not dry_run:
            with database.write.begin() as session:
                secrets.key_for(session, secrets.SUPPRESSION)
        with database.read() as session:
            found = find_list(session, mailing_list)
            reader = RowReader(session, columns, found, zone=zone, now=now)
            proven = typed.line_or_none(proof, what="proof", most=PROOF_MOST) or ""
            target = bulk.Target(found.id, found.sender_id, proven, now)
        for number, batch in enumerate(_batches(sheet, reader, report), start=1):
            if dry_run:
                with database.read() as session:
                    decided = _decide(session, batch, target)
            else:
                decided = _take(database, batch, target, number)
            _count(report, reader, decided)
            if progress:
                progress(Progress(report.rows, sheet.read_bytes, sheet.size_bytes))
    return report


def _batches(
    sheet: Sheet, reader: RowReader, report: ImportReport
) -> Iterator[list[Row]]:
    """The good rows, each address once; the others go into the report."""
    while records := list(islice(sheet.records, BATCH_ROWS)):
        report.rows += len(records)
        rows = []
        for line, record in records:
            row = reader.read(line, record)
            if isinstance(row, Row):
                rows.append(row)
            else:
                report.refused.refuse(row)
        before = report.refused.seen_before(
            [(row.address_hash, row.line) for row in rows]
        )
        if before:
            for row in rows:
                if row.line in before:
                    report.refused.refuse(_repeated(reader, row, before[row.line]))
            rows = [row for row in rows if row.line not in before]
        yield rows


def _repeated(reader: RowReader, row: Row, first: int) -> Refusal:
    reason = f"The same address stands on line {first} already."
    return reader.refusal(row.line, "email", row.address, reason)


def _take(
    database: Database, batch: Sequence[Row], target: bulk.Target, number: int
) -> list[Decided]:
    """Decide and write; once more when somebody signed up since we looked."""
    attempts = _ATTEMPTS
    while True:
        try:
            with database.write.begin() as session:
                bulk.wait_for_turn(session)
                decided = _decide(session, batch, target)
                taken = [decision for _, decision in decided if decision is not None]
                bulk.write(session, taken, target, number)
            return decided
        except IntegrityError:
            attempts -= 1
            if not attempts:
                raise


def _decide(
    session: Session, batch: Sequence[Row], target: bulk.Target
) -> list[Decided]:
    known, proven = known_of(session, batch, target.list_id), bool(target.proof)
    return [
        (row, decide(row, what, proven=proven))
        for row, what in zip(batch, known, strict=True)
    ]


def _count(report: ImportReport, reader: RowReader, decided: Sequence[Decided]) -> None:
    for row, decision in decided:
        if decision is None:
            report.refused.refuse(
                reader.refusal(row.line, "email", row.address, ERASED)
            )
            continue
        report.taken += 1
        report.quarantined += decision.is_quarantined
        if not decision.is_new:
            report.updated += decision.changes_anything
            report.unchanged += not decision.changes_anything
