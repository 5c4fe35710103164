"""How far a mailing is, how fast it goes and how long it still takes."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.progress import Progress, progress
from newsletter.dispatch.states import DeliveryState, MailingState
from tests.conftest import NOW

S = DeliveryState


def after(
    session: Session, mailing: Mailing, seconds: float, *states: DeliveryState
) -> Progress:
    """The progress so long after the freeze, each outcome five seconds old."""
    now = NOW + timedelta(seconds=seconds)
    for seq, state in enumerate(states):
        _delivery(session, mailing, seq, state, now - timedelta(seconds=5))
    session.flush()
    return progress(session, mailing, now=now)


def _delivery(
    session: Session, mailing: Mailing, seq: int, state: DeliveryState, at: datetime
) -> None:
    session.add(
        Delivery(
            mailing_id=mailing.id,
            seq=seq,
            address_hash=bytes([seq]) * 32,
            edition="base",
            state=state,
            changed_at=at,
        )
    )


def test_it_counts_what_is_done_whatever_the_outcome(
    session: Session, mailing: Mailing
) -> None:
    states = (S.ACCEPTED, S.DELIVERED, S.REFUSED, S.IN_DOUBT, S.QUEUED, S.SENDING)

    found = after(session, mailing, 20, *states)

    assert (found.done, found.prepared, found.percent) == (4, 6, 66)
    assert (found.waiting, found.sending) == (1, 1)
    assert (found.reached, found.refused, found.in_doubt) == (2, 1, 1)
    assert not found.is_over


def test_the_speed_is_of_the_last_half_minute(
    session: Session, mailing: Mailing
) -> None:
    found = after(session, mailing, 3600, *[S.ACCEPTED] * 6, *[S.QUEUED] * 3)

    assert found.a_second == pytest.approx(6 / 30)
    assert found.seconds_left == pytest.approx(15)


@pytest.mark.parametrize(
    ("seconds", "states"),
    [
        (1, [S.ACCEPTED, S.QUEUED]),  # too soon to say
        (20, [S.QUEUED]),  # nothing happened
    ],
)
def test_nobody_says_how_fast_when_nobody_knows(
    session: Session, mailing: Mailing, seconds: int, states: list[DeliveryState]
) -> None:
    found = after(session, mailing, seconds, *states)

    assert (found.a_second, found.seconds_left) == (None, None)


@pytest.mark.parametrize(
    ("state", "left", "is_over"),
    [
        (MailingState.SENT, S.ACCEPTED, True),
        (MailingState.CANCELLED, S.CANCELLED, True),
        (MailingState.CANCELLED, S.SENDING, False),  # still on the wire
        (MailingState.PAUSED, S.QUEUED, False),
    ],
)
def test_it_is_over_when_nothing_changes_by_itself(
    session: Session,
    mailing: Mailing,
    state: MailingState,
    left: DeliveryState,
    is_over: bool,
) -> None:
    mailing.state = state

    assert after(session, mailing, 20, left).is_over is is_over
