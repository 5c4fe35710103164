"""How far a mailing is: counts, speed and what is left, while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.standstill import why_it_stands
from newsletter.dispatch.states import DeliveryState, MailingState
from newsletter.reasons import Reason

WINDOW = timedelta(seconds=30)  # speed is what happened this long ago or less
LEAST = timedelta(seconds=2)  # before that nobody can say how fast it goes
_REACHED = {
    DeliveryState.ACCEPTED,
    DeliveryState.DELIVERED,
    DeliveryState.COMPLAINED,
}
_UNDER_WAY = {DeliveryState.QUEUED, DeliveryState.SENDING}


@dataclass(frozen=True)
class Progress:
    state: MailingState
    prepared: int  # who gets or got one
    done: int  # with an outcome, whichever
    waiting: int
    sending: int
    reached: int  # taken by the mail server, and not come back so far
    refused: int
    in_doubt: int
    a_second: float | None  # None: nothing happened lately
    seconds_left: float | None
    counts: Mapping[DeliveryState, int]  # of each present state; they sum to prepared
    stands: Reason | None  # why it does not go on just now

    @property
    def is_over(self) -> bool:
        """Nothing will change by itself any more."""
        over = {MailingState.SENT, MailingState.CANCELLED}
        return self.state in over and not self.sending

    @property
    def percent(self) -> int:
        """Never 100 before it is all done."""
        return self.done * 100 // self.prepared if self.prepared else 0


def progress(session: Session, mailing: Mailing, *, now: datetime) -> Progress:
    counted = session.execute(
        select(Delivery.state, func.count())
        .where(Delivery.mailing_id == mailing.id, Delivery.state.is_not(None))
        .group_by(Delivery.state)
    )
    counts = {state: int(count) for state, count in counted if state is not None}
    prepared = sum(counts.values())
    under_way = sum(counts.get(state, 0) for state in _UNDER_WAY)
    speed = _speed(session, mailing, now=now)
    is_moving = mailing.state is MailingState.SENDING and speed
    return Progress(
        state=mailing.state,
        prepared=prepared,
        done=prepared - under_way,
        waiting=counts.get(DeliveryState.QUEUED, 0),
        sending=counts.get(DeliveryState.SENDING, 0),
        reached=sum(counts.get(state, 0) for state in _REACHED),
        refused=counts.get(DeliveryState.REFUSED, 0),
        in_doubt=counts.get(DeliveryState.IN_DOUBT, 0),
        a_second=speed if is_moving else None,
        seconds_left=under_way / speed if is_moving and speed else None,
        counts=counts,
        stands=why_it_stands(session, mailing, now=now),
    )


def _speed(session: Session, mailing: Mailing, *, now: datetime) -> float | None:
    if mailing.frozen_at is None:
        return None
    span = min(WINDOW, now - mailing.frozen_at)
    if span < LEAST:
        return None
    lately = session.scalar(
        select(func.count()).where(
            Delivery.mailing_id == mailing.id,
            Delivery.state.is_not(None),
            Delivery.state.not_in(_UNDER_WAY),
            Delivery.changed_at > now - span,
        )
    )
    return lately / span.total_seconds() if lately else None
