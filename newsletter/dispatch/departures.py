"""From the link in a mail back to the person: leaving, and choosing."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch.models import Delivery, Mailing
from newsletter.issues.models import Issue
from subscribers import subscriptions
from subscribers.models import Subscription

SOURCE = "one-click"


def leave(session: Session, mailing_id: int, seq: int, *, now: datetime) -> bool:
    """End the subscription this mail was sent for, all editions.

    False: nobody is there any more (erased, unknown); the answer on the page is the
    same. Who is queued is cancelled when the chunk is claimed.
    """
    subscription = subscription_of(session, mailing_id, seq)
    if subscription is None:
        return False
    subscriptions.end(session, subscription, source=SOURCE, now=now)
    return True


def subscription_of(session: Session, mailing_id: int, seq: int) -> Subscription | None:
    """Whose mail it was. None: the person was erased, or there was no such mail."""
    return session.scalar(
        select(Subscription)
        .join(Delivery, Delivery.subscriber_id == Subscription.subscriber_id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .join(Issue, Issue.id == Mailing.issue_id)
        .where(
            Delivery.mailing_id == mailing_id,
            Delivery.seq == seq,
            Subscription.list_id == Issue.list_id,
        )
    )
