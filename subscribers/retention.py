"""Forgetting by rule: what nobody confirmed is not ours to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, true, update
from sqlalchemy.orm import Session

from database.session import Database
from subscribers import consent
from subscribers.models import (
    SignupRequest,
    Subscriber,
    Subscription,
    SubscriptionState,
)

AT_ONCE = 500  # people per transaction: SQLite has one writer, and others wait
# After the last subscription ended: what we knew to choose their version is of no use
# any more, and two years later nobody asks for proof of the consent there was.
DETAILS_DAYS = 90
LEFT_DAYS = 730


@dataclass(frozen=True)
class Forgotten:
    """How much was cleaned away."""

    requests: int  # typed into a form longer ago than they could be confirmed
    subscriptions: int  # pending ones
    subscribers: int  # of whom nothing else was known


def run(database: Database, *, pending_days: int, now: datetime) -> Forgotten:
    """Forget every sign-up older than ``pending_days`` that was not confirmed.

    Commits after the requests, and after every 500 people.
    """
    before = now - timedelta(days=pending_days)
    with database.write.begin() as session:
        # Confirmed ones too: what they said has been applied, and consent has its
        # own ledger.
        requests = session.execute(
            delete(SignupRequest)
            .where(SignupRequest.requested_at < before)
            .returning(SignupRequest.id)
        ).all()
    subscriptions = subscribers = 0
    while True:
        with database.write.begin() as session:
            held = _hold_some(session, before)
            ended = _forget(session, held, before)
        subscriptions += ended[0]
        subscribers += ended[1]
        if not held:
            return Forgotten(len(requests), subscriptions, subscribers)


def _hold_some(session: Session, before: datetime) -> Sequence[int]:
    """Some people with a stale subscription, locked so that nobody signs up meanwhile.

    Whoever is signing up right now is passed over.
    """
    return session.scalars(
        select(Subscriber.id)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(_is_stale(before))
        .limit(AT_ONCE)
        .with_for_update(of=Subscriber, skip_locked=True)
    ).all()


def _forget(session: Session, held: Sequence[int], before: datetime) -> tuple[int, int]:
    """Their pending subscriptions, and those of whom nothing else is left."""
    stale = session.scalars(
        # Asked again, now that they are held.
        select(Subscription.id).where(
            Subscription.subscriber_id.in_(held), _is_stale(before)
        )
    ).all()
    session.execute(delete(Subscription).where(Subscription.id.in_(stale)))
    nobody = session.scalars(
        select(Subscriber.id).where(
            Subscriber.id.in_(held),
            ~exists().where(Subscription.subscriber_id == Subscriber.id),
        )
    ).all()
    for subscriber_id in nobody:
        consent.erase(session, subscriber_id)
    session.execute(delete(Subscriber).where(Subscriber.id.in_(nobody)))
    return len(stale), len(nobody)


def _is_stale(before: datetime) -> ColumnElement[bool]:
    return and_(
        Subscription.state == SubscriptionState.PENDING,
        Subscription.requested_at < before,
        # They asked again lately: that request still waits for them.
        ~exists().where(
            SignupRequest.subscriber_id == Subscription.subscriber_id,
            SignupRequest.list_id == Subscription.list_id,
        ),
    )


def empty_details(database: Database, *, now: datetime) -> int:
    """Empty what we know of who left everything 90 days ago; how many people.

    Their address and consent stay: they prove that there was one, and when it ended.
    """
    emptied = 0
    while True:
        with database.write.begin() as session:
            held = _hold_left(session, now - timedelta(days=DETAILS_DAYS), _HAS_DETAILS)
            session.execute(
                update(Subscriber)
                .where(Subscriber.id.in_(held))
                .values(
                    name=None,
                    region_code=None,
                    role_mask=0,
                    language=None,
                    paused_until=None,
                )
                .execution_options(synchronize_session=False)
            )
        emptied += len(held)
        if not held:
            return emptied


def hold_long_gone(session: Session, *, now: datetime) -> Sequence[int]:
    """Some who left everything two years ago, locked: to be forgotten altogether."""
    return _hold_left(session, now - timedelta(days=LEFT_DAYS), true())


_HAS_DETAILS = or_(
    Subscriber.name.is_not(None),
    Subscriber.region_code.is_not(None),
    Subscriber.role_mask != 0,
    Subscriber.language.is_not(None),
    Subscriber.paused_until.is_not(None),
)


def _hold_left(
    session: Session, before: datetime, which: ColumnElement[bool]
) -> Sequence[int]:
    """Some of whom every subscription ended before then, and who asked for none."""
    over = and_(
        Subscription.state == SubscriptionState.ENDED, Subscription.ended_at < before
    )
    mine = Subscription.subscriber_id == Subscriber.id
    return session.scalars(
        select(Subscriber.id)
        .where(
            exists().where(mine, over),
            ~exists().where(mine, or_(~over, Subscription.ended_at.is_(None))),
            ~exists().where(SignupRequest.subscriber_id == Subscriber.id),
            which,
        )
        .limit(AT_ONCE)
        .with_for_update(of=Subscriber, skip_locked=True)
    ).all()
