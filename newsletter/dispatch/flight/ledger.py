"""Claiming a chunk of the ledger, and recording what became of it.

Both are one transaction of their own; between them no session is open. The fencing
token grows at each claim, so that a worker that lost its lease records nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.dispatch.flight import journal
from newsletter.dispatch.flight.journal import Holder, Journal
from newsletter.dispatch.flight.readers import Reader, readers_of
from newsletter.dispatch.models import Chunk, Delivery, Mailing
from newsletter.dispatch.moves import move
from newsletter.dispatch.states import ChunkState, DeliveryState, MailingState

# Longer than the longest wait for a reply: ten minutes after the final dot of a mail
# (RFC 5321 4.5.3.2.6). Whoever dies on this host is noticed by its journal at once;
# the lease is for hosts that are gone.
LONGEST_REPLY = timedelta(minutes=10)
LEASE = LONGEST_REPLY + timedelta(minutes=5)
# A token grows by a random step, so that the claim after one that never committed has
# another: the journal of the first must not speak for the second.
_TOKEN_STEP = 2**32


@dataclass(frozen=True)
class Leased:
    """A chunk's row as the lease returned it."""

    chunk_id: int
    mailing_id: int
    variant_id: int
    first_seq: int
    last_seq: int
    token: int


@dataclass(frozen=True)
class ClaimedChunk:
    """A chunk somebody holds, with its journal and whoever in it is to be mailed."""

    holder: Holder
    variant_id: int
    first_seq: int
    last_seq: int
    readers: tuple[Reader, ...]
    journal: Journal


def claim(
    database: Database,
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
    created: Journal | None = None
    try:
        with database.write.begin() as session:
            row = _lease_next(session, worker=worker, now=now)
            if row is None:
                return None
            holder = Holder(row.mailing_id, row.chunk_id, row.token)
            # Before the commit: a process killed just after it must leave a journal
            # that says "nobody was touched", or a whole chunk would be in doubt.
            created = journal.create(
                journals, holder, places=row.last_seq - row.first_seq + 1
            )
            readers = _take_readers(
                session, row, today=now.astimezone(timezone).date(), now=now
            )
    except BaseException:
        # It stays: a connection lost during the commit does not say whether we hold
        # the chunk. If we do, the journal says "untouched"; if not, nobody asks it.
        if created is not None:
            created.close()
        raise
    return ClaimedChunk(
        holder, row.variant_id, row.first_seq, row.last_seq, readers, created
    )


def _lease_next(session: Session, *, worker: str, now: datetime) -> Leased | None:
    due = (
        select(Chunk.id)
        .join(Mailing, Mailing.id == Chunk.mailing_id)
        .where(
            Mailing.state == MailingState.SENDING,
            Chunk.state == ChunkState.OPEN,
            Chunk.not_before <= now,
        )
        .order_by(Chunk.id)
        .limit(1)
        .with_for_update(of=Chunk, skip_locked=True)
        .scalar_subquery()
    )
    row = session.execute(
        update(Chunk)
        .where(Chunk.id == due)
        .values(
            state=ChunkState.LEASED,
            worker=worker,
            lease_until=now + LEASE,
            token=Chunk.token + 1 + secrets.randbelow(_TOKEN_STEP),
        )
        .returning(
            Chunk.id,
            Chunk.mailing_id,
            Chunk.variant_id,
            Chunk.first_seq,
            Chunk.last_seq,
            Chunk.token,
        )
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if row is None else Leased(*row)


def _take_readers(
    session: Session, chunk: Leased, *, today: date, now: datetime
) -> tuple[Reader, ...]:
    found = readers_of(
        session,
        mailing_id=chunk.mailing_id,
        first_seq=chunk.first_seq,
        last_seq=chunk.last_seq,
        today=today,
        now=now,
    )
    for why, seqs in found.left.items():
        move(
            session,
            chunk.mailing_id,
            DeliveryState.QUEUED,
            DeliveryState.CANCELLED,
            Delivery.seq.in_(seqs),
            now=now,
            detail=why,
        )
    move(
        session,
        chunk.mailing_id,
        DeliveryState.QUEUED,
        DeliveryState.SENDING,
        Delivery.seq.in_([reader.seq for reader in found.readers]),
        now=now,
    )
    return found.readers


def renew(database: Database, holder: Holder, *, now: datetime) -> bool:
    """Hold a chunk for another lease. False: somebody else has it."""
    with database.write.begin() as session:
        result = session.execute(
            update(Chunk)
            .where(
                Chunk.id == holder.chunk_id,
                Chunk.token == holder.token,
                Chunk.state == ChunkState.LEASED,
            )
            .values(lease_until=now + LEASE)
            .execution_options(synchronize_session=False)
        )
        return cast("CursorResult[Any]", result).rowcount == 1


def expired(session: Session, *, now: datetime) -> list[Holder]:
    """The claims whose lease nobody renewed."""
    rows = session.execute(
        select(Chunk.mailing_id, Chunk.id, Chunk.token).where(
            Chunk.state == ChunkState.LEASED, Chunk.lease_until <= now
        )
    )
    return [Holder(*row) for row in rows]
