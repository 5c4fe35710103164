"""Recording a chunk: from the journal's marks to the ledger, in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, true, update
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.dispatch.flight.journal import Holder
from newsletter.dispatch.flight.marks import Mark
from newsletter.dispatch.flight.retry import next_try
from newsletter.dispatch.locks import lock_mailing
from newsletter.dispatch.models import Chunk, Delivery, Mailing
from newsletter.dispatch.moves import move
from newsletter.dispatch.states import ChunkState, DeliveryState, MailingState
from subscribers.addresses import without_addresses

_MOST_OF_A_DETAIL = 200

NOBODY_KNOWS = "no answer was recorded"
GIVEN_UP = "given up after {attempts} tries: {why}"


@dataclass(frozen=True)
class _Outcome:
    """What a delivery becomes; rows with equal ones move in one statement."""

    state: DeliveryState
    attempted: bool = True
    not_before: datetime | None = None
    detail: str = ""


def record(
    database: Database,
    holder: Holder,
    *,
    mark_of: Callable[[int], Mark | None],
    words_of: Callable[[int], str] = lambda _place: "",
    not_before: datetime | None = None,
    pause_reason: str = "",
    only_expired: bool = False,
    now: datetime,
) -> Counter[str] | None:
    """Write down what became of a claimed chunk, and commit.

    ``mark_of`` gives a place's mark, None when nobody can know. ``not_before`` keeps
    every open chunk waiting (the provider is busy); ``pause_reason`` pauses the mailing
    (the provider refuses us). With ``only_expired`` a claim whose lease still runs is
    left alone. Returns the states counted; None when the claim was lost or left, and
    then nothing is written.
    """
    with database.write.begin() as session:
        chunk = _give_back(session, holder, lease_until=now if only_expired else None)
        if chunk is None:
            return None
        mailing_id, first_seq, last_seq = chunk
        in_range = Delivery.seq.between(first_seq, last_seq)
        outcomes: dict[_Outcome, list[int]] = defaultdict(list)
        for seq, attempts in session.execute(
            select(Delivery.seq, Delivery.attempts).where(
                Delivery.mailing_id == mailing_id,
                Delivery.state == DeliveryState.SENDING,
                in_range,
            )
        ):
            place = seq - first_seq
            mark = mark_of(place)
            if pause_reason and mark is Mark.LATER:
                # It was us they refused. Once a person has mended that and resumes,
                # nobody should wait, or have used up a try.
                mark = Mark.UNTOUCHED
            outcome = _outcome(mark, words_of(place), attempts + 1, now=now)
            outcomes[outcome].append(seq)
        for outcome, seqs in outcomes.items():
            move(
                session,
                mailing_id,
                DeliveryState.SENDING,
                outcome.state,
                Delivery.seq.in_(seqs),
                now=now,
                attempts=Delivery.attempts + int(outcome.attempted),
                not_before=outcome.not_before,
                detail=outcome.detail,
            )
        # From here the mailing's row is locked: of two workers recording the last two
        # chunks at once, the second sees that everything is done.
        mailing = lock_mailing(session, mailing_id)
        assert mailing is not None  # a chunk has one
        if mailing.state is MailingState.CANCELLED:
            move(
                session,
                mailing_id,
                DeliveryState.QUEUED,
                DeliveryState.CANCELLED,
                in_range,
                now=now,
                detail="the mailing was cancelled",
            )
        if not_before is not None:
            _postpone(session, not_before)
        reopen(session, holder.chunk_id, not_before=not_before or now)
        if pause_reason and mailing.state is MailingState.SENDING:
            mailing.state = MailingState.PAUSED
            mailing.reason = pause_reason
        finish_if_complete(session, mailing, now=now)
        counts: Counter[str] = Counter()
        for outcome, seqs in outcomes.items():
            counts[outcome.state] += len(seqs)
        return counts


def reopen(session: Session, chunk_id: int, *, not_before: datetime) -> None:
    """Open a chunk again if anyone in it is queued, due with the first of them."""
    chunk = session.get_one(Chunk, chunk_id, populate_existing=True)
    waiting, due = session.execute(
        select(
            func.count(), func.min(func.coalesce(Delivery.not_before, not_before))
        ).where(
            Delivery.mailing_id == chunk.mailing_id,
            Delivery.seq.between(chunk.first_seq, chunk.last_seq),
            Delivery.state == DeliveryState.QUEUED,
        )
    ).one()
    if waiting:
        chunk.state = ChunkState.OPEN
        chunk.not_before = max(not_before, due)


def finish_if_complete(session: Session, mailing: Mailing, *, now: datetime) -> None:
    """Call a mailing sent when every chunk is done; its row must be locked."""
    session.flush()
    unfinished = select(Chunk.id).where(
        Chunk.mailing_id == mailing.id, Chunk.state != ChunkState.DONE
    )
    if (
        mailing.state is MailingState.SENDING
        and mailing.frozen_at is not None
        and session.scalar(unfinished.limit(1)) is None
    ):
        mailing.state = MailingState.SENT
        mailing.finished_at = now


def _give_back(
    session: Session, holder: Holder, *, lease_until: datetime | None
) -> tuple[int, int, int] | None:
    row = session.execute(
        update(Chunk)
        .where(
            Chunk.id == holder.chunk_id,
            Chunk.token == holder.token,
            Chunk.state == ChunkState.LEASED,
            true() if lease_until is None else Chunk.lease_until <= lease_until,
        )
        .values(state=ChunkState.DONE, worker=None, lease_until=None)
        .returning(Chunk.mailing_id, Chunk.first_seq, Chunk.last_seq)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def _postpone(session: Session, until: datetime) -> None:
    """All mailings share the provider: nobody asks it anything before then."""
    session.execute(
        update(Chunk)
        .where(Chunk.state == ChunkState.OPEN, Chunk.not_before < until)
        .values(not_before=until)
        .execution_options(synchronize_session=False)
    )


def _outcome(
    mark: Mark | None, words: str, attempts: int, *, now: datetime
) -> _Outcome:
    # The ledger outlives an erasure.
    detail = without_addresses(words)[:_MOST_OF_A_DETAIL]
    match mark:
        case Mark.UNTOUCHED:
            return _Outcome(DeliveryState.QUEUED, attempted=False)
        case Mark.ACCEPTED:
            return _Outcome(DeliveryState.ACCEPTED)
        case Mark.REFUSED:
            return _Outcome(DeliveryState.REFUSED, detail=detail)
        case Mark.LATER:
            again = next_try(attempts, now=now)
            if again is None:
                why = GIVEN_UP.format(attempts=attempts, why=detail)
                return _Outcome(DeliveryState.REFUSED, detail=why)
            return _Outcome(DeliveryState.QUEUED, not_before=again, detail=detail)
        case Mark.HANDED_OVER | None:
            return _Outcome(DeliveryState.IN_DOUBT, detail=NOBODY_KNOWS)
