"""Forgetting by rule: what nobody confirmed is not ours to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, select
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
