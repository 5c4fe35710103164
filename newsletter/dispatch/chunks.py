"""Cutting the ledger into chunks, and opening them for whoever in them is queued."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from newsletter.dispatch.freezing import Unforeseen
from newsletter.dispatch.models import Chunk, Delivery, Mailing
from newsletter.dispatch.states import AT_ONCE, ChunkState, DeliveryState


@dataclass(frozen=True)
class Range:
    """The places of one variant's readers."""

    variant_id: int
    first: int
    last: int


def ranges_of(session: Session, mailing: Mailing) -> list[Range]:
    """Where the readers of each variant stand, in the order of the ledger.

    Raises Unforeseen when somebody is to be mailed who has no variant.
    """
    rows = session.execute(
        select(Delivery.variant_id, func.min(Delivery.seq), func.max(Delivery.seq))
        # Who is left to the bundle has a variant, too, and stands elsewhere.
        .where(Delivery.mailing_id == mailing.id, Delivery.exclusion.is_(None))
        .group_by(Delivery.variant_id)
        .order_by(func.min(Delivery.seq))
    )
    ranges = []
    for variant_id, first, last in rows:
        if variant_id is None:
            raise Unforeseen
        ranges.append(Range(variant_id, first, last))
    return ranges


def cut_chunks(
    session: Session,
    mailing: Mailing,
    ranges: Iterable[Range],
    *,
    size: int,
    state: ChunkState,
) -> None:
    """Chunks of at most ``size`` places over these ranges."""
    chunks = [
        {
            "mailing_id": mailing.id,
            "variant_id": found.variant_id,
            "first_seq": start,
            "last_seq": min(start + size - 1, found.last),
            "state": state,
            "not_before": AT_ONCE,
        }
        for found in ranges
        for start in range(found.first, found.last + 1, size)
    ]
    if chunks:
        session.execute(insert(Chunk), chunks)


def open_chunks(session: Session, mailing: Mailing) -> None:
    """Make every chunk with somebody queued due; a leased one reopens by itself."""
    waiting = select(Delivery.seq).where(
        Delivery.mailing_id == Chunk.mailing_id,
        Delivery.seq.between(Chunk.first_seq, Chunk.last_seq),
        Delivery.state == DeliveryState.QUEUED,
    )
    session.execute(
        update(Chunk)
        .where(
            Chunk.mailing_id == mailing.id,
            Chunk.state != ChunkState.LEASED,
            waiting.correlate(Chunk).exists(),
        )
        .values(state=ChunkState.OPEN, not_before=AT_ONCE)
        .execution_options(synchronize_session=False)
    )
