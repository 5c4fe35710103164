"""A list, a partner, a reader: the same few for every test, made as the doors do it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.states import DeliveryState, MailingState
from newsletter.issues.models import Issue
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


def a_mailing_to(session: Session, *readers: Subscriber) -> int:
    """A mailing that these readers stand in, whatever became of their mail; its id."""
    (first, *_) = readers
    issue = Issue(
        number=42,
        list_id=subscriptions.subscriptions_of(session, first)[0].list_id,
        subject="Nummer 42",
        preheader="",
        language="nl",
        blocks=[],
        editions=[],
        created_at=NOW,
        updated_at=NOW,
    )
    session.add(issue)
    session.flush()
    mailing = Mailing(
        issue_id=issue.id,
        state=MailingState.SENDING,
        started_by="operator",
        created_at=NOW,
    )
    session.add(mailing)
    session.flush()
    for seq, reader in enumerate(readers):
        session.add(
            Delivery(
                mailing_id=mailing.id,
                seq=seq,
                address_hash=reader.address_hash,
                subscriber_id=reader.id,
                edition="base",
                state=DeliveryState.BOUNCED,
                changed_at=NOW,
                detail=f"550 <{reader.address}> unknown",
            )
        )
    session.flush()
    return mailing.id
