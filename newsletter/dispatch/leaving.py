"""The narrower and the wider way to leave, by the link in a mail.

``departures.leave`` is the one click itself: a mailing list, all its editions. Here is
what its page offers beside it: only the partner's edition, or everything.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch import departures
from newsletter.dispatch.models import Delivery
from newsletter.partners.models import Partner
from subscribers import partner_consents, subscriptions
from subscribers.models import Sender, Subscriber

SOURCE = "unsubscribe-page"  # in the consent ledger


def partner_of(session: Session, mailing_id: int, seq: int) -> Sender | None:
    """Whose edition this mail was; None for our own, and for an unknown delivery."""
    return session.scalar(
        select(Sender)
        .join(Partner, Partner.sender_id == Sender.id)
        .join(Delivery, Delivery.edition == Partner.slug)
        .where(Delivery.mailing_id == mailing_id, Delivery.seq == seq)
    )


def leave_edition(
    session: Session, mailing_id: int, seq: int, *, now: datetime
) -> None:
    """Withdraw the partner's consent behind this mail; the list itself goes on."""
    partner = partner_of(session, mailing_id, seq)
    subscription = departures.subscription_of(session, mailing_id, seq)
    if partner is None or subscription is None:
        return
    partner_consents.withdraw_partner(
        session,
        session.get_one(Subscriber, subscription.subscriber_id),
        subscription.mailing_list,
        partner,
        source=SOURCE,
        now=now,
    )


def leave_everything(
    session: Session, mailing_id: int, seq: int, *, now: datetime
) -> None:
    """End every subscription and never mail again; an unknown delivery is fine."""
    subscriber_id = session.scalar(
        select(Delivery.subscriber_id).where(
            Delivery.mailing_id == mailing_id, Delivery.seq == seq
        )
    )
    subscriber = session.get(Subscriber, subscriber_id) if subscriber_id else None
    if subscriber is not None:
        subscriptions.end_everything(session, subscriber, source=SOURCE, now=now)
