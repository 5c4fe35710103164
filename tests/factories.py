"""A list, a partner, a reader: the same few for every test, made as the doors do it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.partners.models import Partner
from newsletter.staff.models import AuditLine
from subscribers import subscriptions
from subscribers.lists import add_list
from subscribers.models import MailingList, Sender, Subscriber, Subscription
from subscribers.senders import add_sender
from subscribers.subscriptions import Details
from tests.conftest import NOW

ANNA, BEN, CLEO = "anna@example.nl", "ben@example.nl", "cleo@example.nl"


def a_list(session: Session, slug: str = "buurtwijs") -> MailingList:
    return add_list(
        session,
        slug=slug,
        name=slug.capitalize(),
        sender="Stichting Buurtwijs",
        from_address="post@buurtwijs.example",
        postal_address="Dorpsstraat 1, 1234 AB Dorp",
        now=NOW,
    )


def a_partner_sender(session: Session, slug: str = "lpb") -> Sender:
    """The organisation behind a partner, which is what one consents to."""
    return add_sender(session, slug=slug, name=slug.upper(), postal_address="")


def a_partner(session: Session, slug: str = "lpb") -> Sender:
    """A partner with its brand; returns its sender."""
    sender = a_partner_sender(session, slug)
    session.add(
        Partner(
            slug=slug,
            name=sender.name,
            sender_id=sender.id,
            colour="#005ea2",
            logo="0" * 64 + ".png",
            logo_width=200,
            logo_height=80,
            created_at=NOW,
        )
    )
    session.flush()
    return sender


def a_sign_up(
    session: Session,
    mailing_list: MailingList,
    address: str = ANNA,
    *,
    now: datetime = NOW,
    **details: object,
) -> int:
    """A form was filled in and nobody confirmed yet; returns the request's number."""
    return subscriptions.request(
        session,
        address=address,
        mailing_list=mailing_list,
        details=Details(**details),  # type: ignore[arg-type]
        source="form",
        language="nl",
        now=now,
    ).id


def a_reader(
    session: Session,
    mailing_list: MailingList,
    address: str = ANNA,
    *,
    now: datetime = NOW,
    **details: object,
) -> Subscriber:
    """Somebody who signed up and confirmed."""
    request = a_sign_up(session, mailing_list, address, now=now, **details)
    subscription = subscriptions.confirm(session, request, now=now)
    assert isinstance(subscription, Subscription)
    return session.get_one(Subscriber, subscription.subscriber_id)


def audit_lines(session: Session, subject: str) -> list[AuditLine]:
    """What was done to one thing, oldest first."""
    return list(
        session.scalars(
            select(AuditLine)
            .where(AuditLine.subject == subject)
            .order_by(AuditLine.at, AuditLine.id)
        )
    )
