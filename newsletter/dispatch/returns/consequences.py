"""What a report means for the person: suppressed, unsubscribed, or one point nearer."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.correspondence.models import ServiceMail
from newsletter.dispatch import departures
from newsletter.dispatch.models import Delivery
from newsletter.dispatch.returns.models import ReportedEvent
from newsletter.providers.events import EventKind
from newsletter.settings import SoftBounces
from subscribers import subscriptions, suppression
from subscribers.models import SuppressionReason

# What is about a person, and not only about a mail.
TELLING = frozenset(
    {
        EventKind.HARD_BOUNCE,
        EventKind.SOFT_BOUNCE,
        EventKind.DROPPED,
        EventKind.COMPLAINT,
        EventKind.LEFT,
    }
)
COMPLAINT = "complaint"  # sources in the consent ledger
PROVIDER = "provider"

_Key = tuple[int, int]
_Act = Callable[[Session, ReportedEvent, _Key | None, SoftBounces, datetime], None]


def bear(
    session: Session,
    event: ReportedEvent,
    key: _Key | None,
    soft_bounces: SoftBounces,
    *,
    now: datetime,
) -> None:
    """Do what this kind of report asks for the person behind it; often nothing.

    One that says something of a person is kept under the keyed hash of their address,
    so that they can be shown it and have it forgotten.
    """
    if event.kind not in TELLING:
        return
    if key is not None:
        event.address_hash = session.scalar(
            select(Delivery.address_hash).where(
                Delivery.mailing_id == key[0], Delivery.seq == key[1]
            )
        )
    elif event.service_mail_id is not None:
        event.address_hash = session.scalar(
            select(ServiceMail.address_hash).where(
                ServiceMail.id == event.service_mail_id
            )
        )
    act = _ACTS.get(event.kind)
    if act is not None:
        act(session, event, key, soft_bounces, now)


def _hard(
    session: Session,
    event: ReportedEvent,
    _key: _Key | None,
    _soft_bounces: SoftBounces,
    now: datetime,
) -> None:
    why = f"hard bounce {event.status}".strip()
    _suppress(session, event, SuppressionReason.BOUNCED, why, now)


def _soft(
    session: Session,
    event: ReportedEvent,
    _key: _Key | None,
    soft_bounces: SoftBounces,
    now: datetime,
) -> None:
    if points(session, event, soft_bounces) >= soft_bounces.most:
        why = f"{soft_bounces.most} soft bounces in {soft_bounces.days} days"
        _suppress(session, event, SuppressionReason.BOUNCED, why, now)


def _complaint(
    session: Session,
    event: ReportedEvent,
    key: _Key | None,
    _soft_bounces: SoftBounces,
    now: datetime,
) -> None:
    _suppress(session, event, SuppressionReason.COMPLAINED, "reported as spam", now)
    _end(session, key, COMPLAINT, now)


def _left(
    session: Session,
    _event: ReportedEvent,
    key: _Key | None,
    _soft_bounces: SoftBounces,
    now: datetime,
) -> None:
    _end(session, key, PROVIDER, now)


_ACTS: Mapping[EventKind, _Act] = {
    EventKind.HARD_BOUNCE: _hard,
    EventKind.SOFT_BOUNCE: _soft,
    EventKind.COMPLAINT: _complaint,
    EventKind.LEFT: _left,
}


def points(session: Session, event: ReportedEvent, soft_bounces: SoftBounces) -> int:
    """The soft bounces of an address in the worst days around this one.

    A mail that is refused at every try of one day is one point, not twenty.
    """
    if event.address_hash is None:
        return 0
    span = timedelta(days=soft_bounces.days)
    bounced = session.execute(
        select(
            ReportedEvent.mailing_id, ReportedEvent.seq, ReportedEvent.happened_at
        ).where(
            ReportedEvent.address_hash == event.address_hash,
            ReportedEvent.kind == EventKind.SOFT_BOUNCE,
            # Reports come in any order: some of what is later may be known already.
            ReportedEvent.happened_at > event.happened_at - span,
            ReportedEvent.happened_at < event.happened_at + span,
        )
    ).all()
    return max(
        len(
            {
                (m, seq, at.date())
                for m, seq, at in bounced
                if begin <= at < begin + span
            }
        )
        for _m, _seq, begin in bounced
    )


def _suppress(
    session: Session,
    event: ReportedEvent,
    reason: SuppressionReason,
    why: str,
    now: datetime,
) -> None:
    if event.address_hash is not None:
        suppression.suppress(
            session, address_hash=event.address_hash, reason=reason, note=why, now=now
        )


def _end(session: Session, key: _Key | None, source: str, now: datetime) -> None:
    subscription = departures.subscription_of(session, *key) if key else None
    if subscription is not None:
        subscriptions.end(session, subscription, source=source, now=now)
