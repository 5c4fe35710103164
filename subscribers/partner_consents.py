"""Standing consents for a partner's edition: one box, one line, one partner at a time.

Adding a partner later makes nobody eligible: a reader has a row here only by ticking
that partner's box.
"""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from subscribers import consent, wordings
from subscribers.models import (
    ConsentAct,
    MailingList,
    PartnerConsent,
    Sender,
    Subscriber,
    Subscription,
)


def partners_of(session: Session, subscription: Subscription) -> list[Sender]:
    """The partners whose edition this reader of this list consents to."""
    return list(
        session.scalars(
            select(Sender)
            .join(PartnerConsent, PartnerConsent.sender_id == Sender.id)
            .where(
                PartnerConsent.subscriber_id == subscription.subscriber_id,
                PartnerConsent.list_id == subscription.list_id,
            )
            .order_by(Sender.slug)
        )
    )


def stand(
    session: Session,
    subscriber: Subscriber,
    mailing_list: MailingList,
    sender_id: int,
    *,
    now: datetime,
) -> bool:
    """Put the row there; the line in the ledger is the caller's. False: it stood."""
    if session.get(PartnerConsent, (subscriber.id, mailing_list.id, sender_id)):
        return False
    try:
        with session.begin_nested():
            session.add(
                PartnerConsent(
                    subscriber_id=subscriber.id,
                    list_id=mailing_list.id,
                    sender_id=sender_id,
                    granted_at=now,
                )
            )
    except IntegrityError:
        return False  # a button pressed twice: the other one was first
    return True


def grant_partner(
    session: Session,
    subscriber: Subscriber,
    mailing_list: MailingList,
    sender: Sender,
    *,
    source: str,
    language: str,
    now: datetime,
) -> None:
    """The reader ticks a partner's box; granting what stands changes nothing."""
    if not stand(session, subscriber, mailing_list, sender.id, now=now):
        return
    wording = wordings.current(session, mailing_list, sender, language, now)
    consent.record(
        session,
        ConsentAct.CONFIRMED,
        subscriber,
        mailing_list,
        {sender.id: wording.id},
        source=source,
        now=now,
    )


def withdraw_partner(
    session: Session,
    subscriber: Subscriber,
    mailing_list: MailingList,
    sender: Sender,
    *,
    source: str = "preferences",
    now: datetime,
) -> None:
    """The reader wants this partner's edition no more; the list itself goes on."""
    standing = session.get(
        PartnerConsent,
        (subscriber.id, mailing_list.id, sender.id),
        with_for_update=True,  # who presses twice says it once
    )
    if standing is None:
        return
    session.delete(standing)
    session.execute(
        update(Subscription)
        .where(
            Subscription.subscriber_id == subscriber.id,
            Subscription.list_id == mailing_list.id,
            Subscription.edition_sender_id == sender.id,
        )
        .values(edition_sender_id=None)
    )
    consent.record(
        session,
        ConsentAct.WITHDRAWN,
        subscriber,
        mailing_list,
        {sender.id: None},
        source=source,
        now=now,
    )
