"""Opening chunks again for whoever in them is queued."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.dispatch.models import Chunk, Delivery, Mailing
from newsletter.dispatch.states import AT_ONCE, ChunkState, DeliveryState


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
