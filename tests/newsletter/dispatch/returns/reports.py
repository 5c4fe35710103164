"""Reports as a provider sends them, about the mails of a village."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch.models import Delivery
from newsletter.dispatch.returns.apply import Applied, apply_waiting
from newsletter.dispatch.returns.store import store
from newsletter.providers.events import Event, EventKind
from subscribers import suppression
from subscribers.models import Subscriber, SubscriptionState, SuppressionReason
from tests.conftest import NOW
from tests.newsletter.dispatch.village import Village


def delivery_id(village: Village, name: str) -> str:
    """Our id of the mail to somebody."""
    with village.database.read() as session:
        row = session.execute(
            select(Delivery.mailing_id, Delivery.seq)
            .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(Subscriber.address == f"{name}@example.nl")
        ).one()
        return f"{row[0]}-{row[1]}"


def report(
    village: Village,
    name: str,
    kind: str,
    *,
    key: str | None = None,
    at: datetime = NOW,
    **more: Any,
) -> Event:
    return Event(
        key=key or f"{kind} {name}",
        kind=EventKind(kind),
        name=kind,
        at=at,
        delivery=delivery_id(village, name),
        address=None,
        **more,
    )


def come_in(village: Village, *events: Event, provider: str = "sendgrid") -> int:
    """Stored and committed; returns how many were new."""
    with village.database.write.begin() as session:
        return store(session, provider, events, now=village.now)


def state_of(village: Village, name: str) -> str:
    with village.database.read() as session:
        state = session.scalar(
            select(Delivery.state)
            .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(Subscriber.address == f"{name}@example.nl")
        )
        assert state is not None
        return state.value


def apply(village: Village) -> Applied:
    return apply_waiting(
        village.database, village.settings.soft_bounces, now=village.now
    )


def why_suppressed(village: Village, name: str) -> SuppressionReason | None:
    with village.database.read() as session:
        subscriber = session.scalars(
            select(Subscriber).where(Subscriber.address == f"{name}@example.nl")
        ).one()
        return suppression.reason_for(session, subscriber.address_hash)


def subscription_of(village: Village, name: str) -> SubscriptionState:
    with village.database.read() as session:
        subscriber = session.scalars(
            select(Subscriber).where(Subscriber.address == f"{name}@example.nl")
        ).one()
        return subscriber.subscriptions[0].state


def put(village: Village, name: str, state: str) -> None:
    """A mail in any state, whatever the way there."""
    with village.database.write.begin() as session:
        delivery = _delivery(session, name)
        delivery.state = state  # type: ignore[assignment]


def _delivery(session: Session, name: str) -> Delivery:
    return session.scalars(
        select(Delivery)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Subscriber.address == f"{name}@example.nl")
    ).one()
