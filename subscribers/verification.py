"""Reading the consent ledger back: is every line still as it was written?"""

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from subscribers import secrets
from subscribers.consent import BEGINNING, canonical, commit, seal_of, wording_digests
from subscribers.models import ConsentHead, ConsentRecord, MailingList

ROWS_AT_ONCE = 5_000

# list slug -> what it is known by (such as "the receipt of issue 42") -> its seal
Witnesses = Mapping[str, Mapping[str, bytes]]


@dataclass(frozen=True)
class Broken:
    """The first place where a list's ledger is not what was written."""

    list_slug: str
    seq: int
    why: str

    def __str__(self) -> str:
        return f"The consent ledger of {self.list_slug}, line {self.seq}: {self.why}."


def verify(session: Session, *, witnesses: Witnesses | None = None) -> list[Broken]:
    """The first broken link of every list whose ledger was changed; none is good.

    ``witnesses`` are heads kept outside the ledger: each must still be a seal in it,
    or somebody wrote the whole chain anew. Lines may be added while it reads: the
    session must be of one moment (``database.session.one_view``).
    """
    found = []
    for mailing_list in session.scalars(select(MailingList).order_by(MailingList.id)):
        known = (witnesses or {}).get(mailing_list.slug, {})
        # Closed at the first one: a cursor on the server would stay open.
        with closing(_breaks(session, mailing_list, known)) as breaks:
            broken = next(breaks, None)
        if broken is not None:
            found.append(broken)
    return found


def _breaks(
    session: Session, mailing_list: MailingList, witnesses: Mapping[str, bytes]
) -> Generator[Broken, None, None]:
    key = secrets.key_for(session, secrets.CONSENT)
    digests = wording_digests(session, mailing_list.id)
    unseen = {seal: name for name, seal in witnesses.items() if seal != BEGINNING}
    seq, seal = 0, BEGINNING
    # Columns, not objects: a million lines pass without staying in memory.
    lines = (
        select(*ConsentRecord.__table__.columns)
        .where(ConsentRecord.list_id == mailing_list.id)
        .order_by(ConsentRecord.seq)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    with session.execute(lines) as rows:
        for row in rows:
            seq += 1
            why = _what_is_wrong(row, seq=seq, before=seal, key=key, digests=digests)
            if why is not None:
                yield Broken(mailing_list.slug, seq, why)
            seal = row.seal
            unseen.pop(seal, None)
    end = session.get(ConsentHead, mailing_list.id)
    if (seq, seal) != ((end.seq, end.seal) if end else (0, BEGINNING)):
        yield Broken(mailing_list.slug, seq + 1, "lines were cut off at the end")
    for name in unseen.values():
        yield Broken(
            mailing_list.slug, seq, f"it no longer holds what {name} was sealed with"
        )


def _what_is_wrong(
    row: Row[Any], *, seq: int, before: bytes, key: bytes, digests: Mapping[int, str]
) -> str | None:
    if row.seq != seq:
        return "this line was removed or moved"
    if not _is_about_whom_it_was(row):
        return "who it was about was changed"
    facts = canonical(
        list_id=row.list_id,
        seq=row.seq,
        act=row.act,
        sender_id=row.sender_id,
        wording_id=row.wording_id,
        wording=digests.get(row.wording_id, "gone") if row.wording_id else "",
        source=row.source,
        proof=row.proof,
        recorded_at=row.recorded_at,
    )
    if row.seal != seal_of(key, before, facts, row.commitment):
        return "what it says was changed"
    return None


def _is_about_whom_it_was(row: Row[Any]) -> bool:
    """Either erased in full, or exactly the person the commitment was made for."""
    person = (row.subscriber_id, row.salt, row.address)
    if None in person:
        return person == (None, None, None)
    return bool(row.commitment == commit(row.salt, row.subscriber_id, row.address))
