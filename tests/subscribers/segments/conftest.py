"""A village to ask rules about: one list with its sender, a partner, and readers."""

from dataclasses import dataclass
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from subscribers.models import (
    ConsentAct,
    ConsentRecord,
    Frequency,
    MailingList,
    PartnerConsent,
    Sender,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from subscribers.roles import mask_for
from tests.conftest import NOW


@dataclass
class Village:
    session: Session
    buurtwijs: MailingList
    elders: MailingList
    lpb: Sender

    def reader(
        self,
        name: str,
        *,
        region: str | None = None,
        roles: tuple[str, ...] = (),
        language: str | None = None,
        joined_at: datetime = NOW,
        paused_until: date | None = None,
        frequency: Frequency = Frequency.EVERY,
        state: SubscriptionState | None = SubscriptionState.CONFIRMED,
        mailing_list: MailingList | None = None,
        consents: bool = True,
        partners: tuple[Sender, ...] = (),
    ) -> Subscriber:
        mailing_list = mailing_list or self.buurtwijs
        subscriber = Subscriber(
            address=f"{name}@example.nl",
            address_hash=name.encode().ljust(32, b"."),
            region_code=region,
            role_mask=mask_for(self.session, roles),
            language=language,
            joined_at=joined_at,
            paused_until=paused_until,
            frequency=frequency,
        )
        self.session.add(subscriber)
        self.session.flush()
        if state is not None:
            self.subscribe(subscriber, mailing_list, state)
        if consents:
            self.consent(subscriber, mailing_list)
        for partner in partners:
            self.session.add(
                PartnerConsent(
                    subscriber_id=subscriber.id,
                    list_id=mailing_list.id,
                    sender_id=partner.id,
                    granted_at=NOW,
                )
            )
        self.session.flush()
        return subscriber

    def subscribe(
        self,
        subscriber: Subscriber,
        mailing_list: MailingList,
        state: SubscriptionState,
    ) -> None:
        self.session.add(
            Subscription(
                subscriber_id=subscriber.id,
                list_id=mailing_list.id,
                state=state,
                requested_at=NOW,
            )
        )

    def consent(self, subscriber: Subscriber, mailing_list: MailingList) -> None:
        """A line of the ledger that counts; its seals are not what is tested here."""
        self.session.add(
            ConsentRecord(
                list_id=mailing_list.id,
                seq=subscriber.id,
                act=ConsentAct.CONFIRMED,
                sender_id=mailing_list.sender_id,
                source="form",
                recorded_at=NOW,
                commitment=bytes(32),
                seal=bytes(32),
                subscriber_id=subscriber.id,
            )
        )


def build(session: Session) -> Village:
    senders = [
        Sender(slug=slug, name=name, postal_address="Postbus 1, Utrecht")
        for slug, name in [("wijs", "Buurtwijs"), ("elders", "Elders"), ("lpb", "LPB")]
    ]
    session.add_all(senders)
    session.flush()
    lists = [
        MailingList(
            slug=sender.slug,
            name=f"{sender.name} nieuws",
            from_address="redactie@example.nl",
            sender_id=sender.id,
            created_at=NOW,
        )
        for sender in senders[:2]
    ]
    session.add_all(lists)
    session.flush()
    return Village(session, lists[0], lists[1], senders[2])


@pytest.fixture
def village(session: Session) -> Village:
    return build(session)
