"""Forgetting by rule: what nobody confirmed is not ours to keep."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
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
            ended = _forget_some(session, before=before)
        subscriptions += ended[0]
        subscribers += ended[1]
        if ended[0] < AT_ONCE:
            return Forgotten(len(requests), subscriptions, subscribers)


def _forget_some(session: Session, *, before: datetime) -> tuple[int, int]:
    """Some pending subscriptions, and the people of whom nothing is left."""
    stale = session.execute(
        select(Subscription.id, Subscription.subscriber_id)
        .where(
            Subscription.state == SubscriptionState.PENDING,
            Subscription.requested_at < before,
            # They asked again lately: that request still waits for them.
            ~exists().where(
                SignupRequest.subscriber_id == Subscription.subscriber_id,
                SignupRequest.list_id == Subscription.list_id,
            ),
        )
        .limit(AT_ONCE)
    ).all()
    if not stale:
        return 0, 0
    session.execute(
        delete(Subscription).where(Subscription.id.in_([row.id for row in stale]))
    )
    nobody = session.scalars(
        select(Subscriber.id).where(
            Subscriber.id.in_([row.subscriber_id for row in stale]),
            ~exists().where(Subscription.subscriber_id == Subscriber.id),
        )
    ).all()
    for subscriber_id in nobody:
        consent.erase(session, subscriber_id)
    session.execute(delete(Subscriber).where(Subscriber.id.in_(nobody)))
    return len(stale), len(nobody)
