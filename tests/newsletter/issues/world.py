"""A small world to compose issues in: one list, one partner, a few pieces, readers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from newsletter.issues.files import import_issue
from newsletter.issues.models import Issue
from newsletter.library.bodies import Format
from newsletter.library.models import ItemKind, LibraryItem
from newsletter.library.stories import add_item
from newsletter.partners.models import Partner
from newsletter.partners.partners import add_partner
from newsletter.settings import Settings
from subscribers.lists import add_list
from subscribers.models import (
    ConsentAct,
    ConsentRecord,
    MailingList,
    PartnerConsent,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from subscribers.roles import mask_for
from tests.conftest import NOW
from tests.newsletter.pictures import picture

ONLY_AMBTENAREN = {"role": "wijkambtenaar"}
ONLY_FRYSLAN = {"region": "PV21"}
TODAY = NOW.date()


@dataclass
class World:
    session: Session
    settings: Settings
    mailing_list: MailingList = field(init=False)
    lpb: Partner = field(init=False)

    def __post_init__(self) -> None:
        self.mailing_list = add_list(
            self.session,
            slug="buurtwijs",
            name="Buurtwijs",
            sender="Stichting Buurtwijs",
            from_address="redactie@buurtwijs.example",
            postal_address="Postbus 1, 3500 AA Utrecht",
            now=NOW,
        )
        self.lpb = self.partner("lpb", "LPB")
        self.story("soep", "De buurttafel", regions=["GM0150"])
        self.story("balie", "Tussen balie en buurt", partner="lpb")

    def partner(self, slug: str, name: str) -> Partner:
        return add_partner(
            self.session,
            self.settings,
            slug=slug,
            name=name,
            logo=picture(),
            colour="#0b5c85",
            now=NOW,
        )

    def story(self, slug: str, title: str, **more: Any) -> LibraryItem:
        values: dict[str, Any] = {
            "kind": ItemKind.STORY,
            "body": "Elke donderdag soep. En na een jaar lag er een wijkplan.",
            "format": Format.MARKDOWN,
            **more,
        }
        return add_item(
            self.session, self.settings, slug=slug, title=title, now=NOW, **values
        )

    def issue(
        self,
        *blocks: Mapping[str, Any],
        editions: Iterable[Mapping[str, Any]] = (),
        number: int = 42,
        **more: Any,
    ) -> Issue:
        document = {
            "number": number,
            "list": "buurtwijs",
            "subject": "Beginnen zonder plan",
            "blocks": [*blocks],
            "editions": [*editions],
            **more,
        }
        return import_issue(self.session, self.settings, document, now=NOW)

    def reader(
        self,
        name: str,
        *,
        region: str | None = None,
        roles: Iterable[str] = (),
        partners: Iterable[Partner] = (),
        chooses: int | None = None,
        state: SubscriptionState = SubscriptionState.CONFIRMED,
    ) -> Subscriber:
        subscriber = Subscriber(
            address=f"{name}@example.nl",
            address_hash=name.encode().ljust(32, b"."),
            region_code=region,
            role_mask=mask_for(self.session, roles),
            joined_at=NOW,
        )
        self.session.add(subscriber)
        self.session.flush()
        self.session.add(
            Subscription(
                subscriber_id=subscriber.id,
                list_id=self.mailing_list.id,
                state=state,
                requested_at=NOW,
                edition_sender_id=chooses,
            )
        )
        self.session.add(
            ConsentRecord(
                list_id=self.mailing_list.id,
                seq=subscriber.id,
                act=ConsentAct.CONFIRMED,
                sender_id=self.mailing_list.sender_id,
                source="form",
                recorded_at=NOW,
                commitment=bytes(32),
                seal=bytes(32),
                subscriber_id=subscriber.id,
            )
        )
        for partner in partners:
            self.session.add(
                PartnerConsent(
                    subscriber_id=subscriber.id,
                    list_id=self.mailing_list.id,
                    sender_id=partner.sender_id,
                    granted_at=NOW,
                )
            )
        self.session.flush()
        return subscriber
