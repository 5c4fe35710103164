"""Claiming a chunk of the ledger: one transaction, and no session open after it.

The fencing token grows at each claim, so that a worker that lost its lease records
nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from database.driver import Driver, Transaction
from newsletter.dispatch.flight import journal, statements
from newsletter.dispatch.flight.journal import Holder, Journal
from newsletter.dispatch.flight.letters import Letter, Letters, Reader

# Longer than the longest wait for a reply: ten minutes after the final dot of a mail
# (RFC 5321 4.5.3.2.6). Whoever dies on this host is noticed by its journal at once;
# the lease is for hosts that are gone.
LONGEST_REPLY = timedelta(minutes=10)
LEASE = LONGEST_REPLY + timedelta(minutes=5)
# A token grows by a random step, so that the claim after one that never committed has
# another: the journal of the first must not speak for the second.
_TOKEN_STEP = 2**32


class Leased(NamedTuple):
    """A chunk's row as the lease returned it."""

    chunk_id: int
    mailing_id: int
    variant_id: int
    first_seq: int
    last_seq: int
    token: int

    @property
    def places(self) -> int:
        return self.last_seq - self.first_seq + 1


@dataclass(frozen=True)
class ClaimedChunk:
    """A chunk somebody holds, with its journal and whoever in it is to be mailed."""

    holder: Holder
    first_seq: int
    letter: Letter
    readers: list[Reader]
    journal: Journal


def is_due(driver: Driver, *, now: datetime) -> bool:
    """Whether a chunk can be claimed."""
    with driver.reading() as read:
        return read.one(statements.IS_DUE, now=driver.moment(now)) is not None


def next_due(driver: Driver) -> datetime | None:
    """When the first open chunk can be claimed. None: there is none."""
    with driver.reading() as read:
        row = read.one(statements.NEXT_DUE)
    assert row is not None  # a minimum
    return None if row[0] is None else driver.read_moment(row[0])


def claim(
    driver: Driver,
    letters: Letters,
    *,
    worker: str,
    journals: Path,
    timezone: ZoneInfo,
    now: datetime,
) -> ClaimedChunk | None:
    """Lease the next due chunk and mark its due deliveries *sending*; commit.

    Who left, was suppressed, erased or rests since the freeze becomes *cancelled* in
    the same transaction. None: no chunk is due.
    """
    if not is_due(driver, now=now):
        return None  # nobody's write lock is asked for nothing
    created: Journal | None = None
    try:
        with driver.transaction() as transaction:
            row = _lease_next(driver, transaction, worker=worker, now=now)
            if row is None:
                return None
            holder = Holder(row.mailing_id, row.chunk_id, row.token)
            # Before the commit: a process killed just after it must leave a journal
            # that says "nobody was touched", or a whole chunk would be in doubt.
            created = journal.create(journals, holder, places=row.places)
            letter = letters.of(transaction, row.variant_id)
            readers = _take_readers(
                driver,
                transaction,
                row,
                letter,
                today=now.astimezone(timezone).date(),
                now=now,
            )
    except BaseException:
        # It stays: a connection lost during the commit does not say whether we hold
        # the chunk. If we do, the journal says "untouched"; if not, nobody asks it.
        if created is not None:
            created.close()
        raise
    return ClaimedChunk(holder, row.first_seq, letter, readers, created)


def _lease_next(
    driver: Driver, transaction: Transaction, *, worker: str, now: datetime
) -> Leased | None:
    for (mailing_id,) in transaction.all(statements.SENDING_MAILINGS):
        row = transaction.one(
            statements.LEASE_NEXT,
            mailing_id=mailing_id,
            worker=worker,
            lease_until=driver.moment(now + LEASE),
            step=1 + secrets.randbelow(_TOKEN_STEP),
            now=driver.moment(now),
        )
        if row is not None:
            return Leased(*row)
    return None


def _take_readers(
    driver: Driver,
    transaction: Transaction,
    chunk: Leased,
    letter: Letter,
    *,
    today: date,
    now: datetime,
) -> list[Reader]:
    where = {
        "mailing_id": chunk.mailing_id,
        "first_seq": chunk.first_seq,
        "last_seq": chunk.last_seq,
        "now": driver.moment(now),
    }
    rows = transaction.gathered(
        statements.READERS,
        *statements.READERS_COLUMNS,
        list_id=letter.list_id,
        partner_id=letter.partner_id,
        today=driver.day(today),
        **where,
    )
    left = [
        {
            "mailing_id": chunk.mailing_id,
            "seq": row[0],
            "why": row[4],
            "now": where["now"],
        }
        for row in rows
        if row[4] is not None
    ]
    transaction.many(statements.CANCEL_READER, left)
    transaction.run(statements.TAKE_READERS, **where)
    moment = driver.read_moment
    return [
        Reader(seq, address, name, moment(consented_at))
        for seq, address, name, consented_at, why in rows
        if why is None
    ]


def renew(driver: Driver, holder: Holder, *, now: datetime) -> bool:
    """Hold a chunk for another lease. False: somebody else has it."""
    with driver.transaction() as transaction:
        renewed = transaction.run(
            statements.RENEW,
            chunk_id=holder.chunk_id,
            token=holder.token,
            lease_until=driver.moment(now + LEASE),
        )
    return renewed == 1


def expired(driver: Driver, *, now: datetime) -> list[Holder]:
    """The claims whose lease nobody renewed."""
    with driver.reading() as read:
        rows = read.all(statements.EXPIRED, now=driver.moment(now))
    return [Holder(*row) for row in rows]
