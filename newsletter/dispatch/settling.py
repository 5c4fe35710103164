"""What a person decides about everyone in doubt; nobody else ever does."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.dispatch.errors import NotNowPossible
from newsletter.dispatch.mailings import go_on, locked, require
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.moves import move
from newsletter.dispatch.naming import Mailed, name_of, subject_of
from newsletter.dispatch.states import DeliveryState, MailingState
from newsletter.staff import audit


class Outcome(StrEnum):
    SENT = "sent"  # they got it: counted as accepted
    AGAIN = "again"  # mail them once more, knowing that some will have it twice
    LEAVE = "leave"  # stay in doubt; the decision is written down


SAID: Mapping[Outcome, str] = {
    Outcome.SENT: "count as sent",
    Outcome.AGAIN: "are mailed again",
    Outcome.LEAVE: "stay in doubt",
}
_FROZEN = frozenset(
    {
        MailingState.SENDING,
        MailingState.PAUSED,
        MailingState.SENT,
        MailingState.CANCELLED,
    }
)


def settle(
    session: Session,
    which: Mailed,
    outcome: Outcome,
    *,
    by: str,
    now: datetime,
) -> int:
    """Decide for all in doubt now; returns how many. Audited.

    Raises NotNowPossible when nobody is, and for *again* on a cancelled mailing.
    """
    mailing = locked(session, which)
    allowed = _FROZEN
    if outcome is Outcome.AGAIN:
        allowed -= {MailingState.CANCELLED}
    require(mailing, allowed, "has anybody in doubt to settle so")
    settled = _ACTS[outcome](session, mailing, now=now)
    if settled == 0:
        raise NotNowPossible(
            f"Nobody is in doubt in the {name_of(mailing)}: there is nothing to settle."
        )
    audit.record(
        session,
        by=by,
        act="mailing.settle",
        subject=subject_of(mailing),
        note=f"{outcome}: {settled}",
        now=now,
    )
    return settled


def _sent(session: Session, mailing: Mailing, *, now: datetime) -> int:
    return move(
        session,
        mailing.id,
        DeliveryState.IN_DOUBT,
        DeliveryState.ACCEPTED,
        now=now,
        detail="settled by a person",
    )


def _again(session: Session, mailing: Mailing, *, now: datetime) -> int:
    queued = move(
        session,
        mailing.id,
        DeliveryState.IN_DOUBT,
        DeliveryState.QUEUED,
        now=now,
        attempts=0,
        not_before=None,
        detail="again, settled by a person",
    )
    if queued:
        go_on(session, mailing, now=now)
    return queued


# ``now`` is there because every outcome is called alike.
def _leave(session: Session, mailing: Mailing, *, now: datetime) -> int:  # noqa: ARG001 - see above
    counted = select(func.count()).where(
        Delivery.mailing_id == mailing.id, Delivery.state == DeliveryState.IN_DOUBT
    )
    return session.scalar(counted) or 0


_ACTS = {Outcome.SENT: _sent, Outcome.AGAIN: _again, Outcome.LEAVE: _leave}
