"""Who of a chunk is still to be mailed, and what differs in each one's mail."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.states import DeliveryState
from newsletter.issues.editions import BASE_KEY
from newsletter.issues.models import Issue
from newsletter.providers.base import Recipient
from newsletter.rendering.merge import Slot
from newsletter.rendering.variant import name_fallback
from subscribers.models import (
    PartnerConsent,
    Sender,
    Subscriber,
    Subscription,
    Suppression,
)
from subscribers.segments.audience import exclusion_case
from subscribers.tokens import Purpose, Signer

ERASED = "erased"
NO_PARTNER_CONSENT = "took back the partner's consent"


@dataclass(frozen=True)
class Reader:
    """One row of a chunk that is to be mailed."""

    seq: int
    address: str
    name: str | None
    consented_at: datetime


@dataclass(frozen=True)
class Found:
    """A chunk's due rows, split; ``left`` says why, each with its seqs."""

    readers: tuple[Reader, ...]
    left: Mapping[str, list[int]]


def readers_of(
    session: Session,
    *,
    mailing_id: int,
    first_seq: int,
    last_seq: int,
    today: date,
    now: datetime,
) -> Found:
    """Look at every queued and due row again: people leave after the freeze."""
    list_id = session.scalars(
        select(Issue.list_id)
        .join(Mailing, Mailing.issue_id == Issue.id)
        .where(Mailing.id == mailing_id)
    ).one()
    rows = session.execute(
        select(
            Delivery.seq,
            Subscriber.address,
            Subscriber.name,
            func.coalesce(Subscription.confirmed_at, Subscription.requested_at).label(
                "consented_at"
            ),
            _suppressed_since().label("suppressed"),
            exclusion_case(list_id, today=today).label("exclusion"),
            _may_have_edition(list_id).label("may_have_edition"),
        )
        .select_from(Delivery)
        .outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .outerjoin(
            Subscription,
            and_(
                Subscription.subscriber_id == Subscriber.id,
                Subscription.list_id == list_id,
            ),
        )
        .where(
            Delivery.mailing_id == mailing_id,
            Delivery.seq.between(first_seq, last_seq),
            Delivery.state == DeliveryState.QUEUED,
            or_(Delivery.not_before.is_(None), Delivery.not_before <= now),
        )
        .order_by(Delivery.seq)
    )
    readers: list[Reader] = []
    left: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.address is None or row.consented_at is None:
            left[ERASED].append(row.seq)
        elif row.suppressed:
            left["suppressed"].append(row.seq)
        elif row.exclusion is not None:
            left[row.exclusion].append(row.seq)
        elif not row.may_have_edition:
            left[NO_PARTNER_CONSENT].append(row.seq)
        else:
            readers.append(Reader(row.seq, row.address, row.name, row.consented_at))
    return Found(tuple(readers), left)


def _suppressed_since() -> ColumnElement[bool]:
    """By the hash in the ledger, which stands also when the address was changed."""
    return (
        select(Suppression.address_hash)
        .where(Suppression.address_hash == Delivery.address_hash)
        .correlate(Delivery)
        .exists()
    )


def _may_have_edition(list_id: int) -> ColumnElement[bool]:
    """A partner's edition, named by its sender's slug, needs a standing consent."""
    is_partners = (
        select(Sender.id).where(Sender.slug == Delivery.edition).correlate(Delivery)
    )
    consent = (
        select(PartnerConsent.sender_id)
        .join(Sender, Sender.id == PartnerConsent.sender_id)
        .where(
            PartnerConsent.subscriber_id == Delivery.subscriber_id,
            PartnerConsent.list_id == list_id,
            Sender.slug == Delivery.edition,
        )
        .correlate(Delivery)
    )
    # A sender may well be called "Base": the base issue is nobody's edition.
    return or_(Delivery.edition == BASE_KEY, ~is_partners.exists(), consent.exists())


@dataclass(frozen=True)
class Links:
    """Makes what differs per reader: name, day of consent, and the signed links."""

    base_url: str
    signer: Signer
    timezone: ZoneInfo

    def recipient(
        self,
        reader: Reader,
        *,
        mailing_id: int,
        language: str,
        delivery: str | None = None,
    ) -> Recipient:
        """``delivery`` names a mail that is not in the ledger."""
        leave = self.signer.sign(Purpose.LEAVE, mailing_id, reader.seq)
        change = self.signer.sign(Purpose.PREFERENCES, mailing_id, reader.seq)
        leave_url = f"{self.base_url}/unsubscribe/{leave}"
        since = reader.consented_at.astimezone(self.timezone).date()
        return Recipient(
            delivery=delivery or f"{mailing_id}-{reader.seq}",
            address=reader.address,
            name=reader.name or "",
            values={
                Slot.NAME: reader.name or name_fallback(language),
                Slot.LEAVE_URL: leave_url,
                Slot.PREFERENCES_URL: f"{self.base_url}/preferences/{change}",
                Slot.SINCE: day_in_words(since, language),
            },
            one_click_url=leave_url,
        )


@lru_cache(maxsize=4096)
def day_in_words(day: date, language: str) -> str:
    """In the language of the issue: "3 mei 2026"."""
    return format_date(day, "d MMMM y", locale=language)
