"""What a segment rule may ask about a subscriber.

To add a field, add one ``SegmentField`` to ``FIELDS``. The parser, the compiler, the
sentence and the documentation all read this list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, Select, select
from sqlalchemy.orm import Session

from subscribers.models import (
    Frequency,
    MailingList,
    PartnerConsent,
    Region,
    Role,
    Sender,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from subscribers.segments import values
from subscribers.typed import slug_of

# A day begins here unless the installation says otherwise (BUURTPOST_TIMEZONE).
HOME_ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True)
class Scope:
    """What a rule is asked about: one mailing list or any, and where a day begins."""

    list_id: int | None = None
    zone: tzinfo = HOME_ZONE

    def start_of(self, day: str) -> datetime:
        return datetime.combine(date.fromisoformat(day), time(), self.zone)


@dataclass(frozen=True)
class Saying:
    """A condition and its opposite in one language, with ``{}`` for the value."""

    yes: str
    no: str


@dataclass(frozen=True)
class SegmentField:
    """One question: how its value is read, named, said, and asked in SQL."""

    key: str
    says: Mapping[str, Saying]  # by language
    read: Callable[[str], str]  # the value's one normal form, or BadRule
    name: Callable[[Session, str, str], str | None]  # in a language; None: unknown
    known: Callable[[Session], str]  # the values there are, for who wrote another
    where: Callable[[str, Scope], ColumnElement[bool]]  # may be NULL when unknown


T = TypeVar("T")


def _one(query: Select[T]) -> ScalarSelect[T]:
    """The one value of a query, whatever tables the query around it reads.

    Left to itself SQLAlchemy would take a table of the same name outside for ours.
    """
    return query.correlate(None).scalar_subquery()


def _lives_in(value: str, _scope: Scope) -> ColumnElement[bool]:
    path = _one(select(Region.path).where(Region.code == value))
    within = select(Region.code).where(Region.path.like(path.concat("%")))
    return Subscriber.region_code.in_(within.correlate(None))


def _has_role(value: str, _scope: Scope) -> ColumnElement[bool]:
    bit = _one(select(Role.bit).where(Role.slug == value))
    return Subscriber.role_mask.bitwise_rshift(bit).bitwise_and(1) == 1


def _agreed_to_partner(value: str, scope: Scope) -> ColumnElement[bool]:
    consent = select(PartnerConsent.sender_id).where(
        PartnerConsent.subscriber_id == Subscriber.id,
        PartnerConsent.sender_id == _one(select(Sender.id).where(Sender.slug == value)),
    )
    if scope.list_id is not None:
        consent = consent.where(PartnerConsent.list_id == scope.list_id)
    return consent.correlate(Subscriber).exists()


def _reads_list(value: str, _scope: Scope) -> ColumnElement[bool]:
    wanted = _one(select(MailingList.id).where(MailingList.slug == value))
    subscription = select(Subscription.id).where(
        Subscription.subscriber_id == Subscriber.id,
        Subscription.list_id == wanted,
        Subscription.state == SubscriptionState.CONFIRMED,
    )
    return subscription.correlate(Subscriber).exists()


def _speaks(value: str, _scope: Scope) -> ColumnElement[bool]:
    return Subscriber.language == value


def _wants_mail(value: str, _scope: Scope) -> ColumnElement[bool]:
    return Subscriber.frequency == Frequency(value)


def _joined_before(value: str, scope: Scope) -> ColumnElement[bool]:
    return Subscriber.joined_at < scope.start_of(value)


def _joined_after(value: str, scope: Scope) -> ColumnElement[bool]:
    return Subscriber.joined_at >= scope.start_of(value)


# The order is that of the sentence: "wijkambtenaar in Fryslân".
FIELDS = (
    SegmentField(
        "role",
        {"nl": Saying("{}", "geen {}"), "en": Saying("{}", "not {}")},
        slug_of,
        values.role_name,
        values.role_slugs,
        _has_role,
    ),
    SegmentField(
        "region",
        {"nl": Saying("in {}", "niet in {}"), "en": Saying("in {}", "not in {}")},
        values.code,
        values.region_name,
        values.region_codes,
        _lives_in,
    ),
    SegmentField(
        "partner",
        {
            "nl": Saying("met toestemming voor {}", "zonder toestemming voor {}"),
            "en": Saying("who agreed to {}", "who did not agree to {}"),
        },
        values.slug,
        values.sender_name,
        values.sender_slugs,
        _agreed_to_partner,
    ),
    SegmentField(
        "list",
        {
            "nl": Saying("geabonneerd op {}", "niet geabonneerd op {}"),
            "en": Saying("subscribed to {}", "not subscribed to {}"),
        },
        values.slug,
        values.list_name,
        values.list_slugs,
        _reads_list,
    ),
    SegmentField(
        "language",
        {
            "nl": Saying("met {} als taal", "zonder {} als taal"),
            "en": Saying("reading {}", "not reading {}"),
        },
        values.language_code,
        values.language_name,
        values.language_codes,
        _speaks,
    ),
    SegmentField(
        "joined_before",
        {
            "nl": Saying("aangemeld vóór {}", "niet aangemeld vóór {}"),
            "en": Saying("joined before {}", "not joined before {}"),
        },
        values.day,
        values.day_name,
        values.any_day,
        _joined_before,
    ),
    SegmentField(
        "joined_after",
        {
            "nl": Saying("aangemeld vanaf {}", "niet aangemeld vanaf {}"),
            "en": Saying("joined from {}", "not joined from {}"),
        },
        values.day,
        values.day_name,
        values.any_day,
        _joined_after,
    ),
    SegmentField(
        "frequency",
        {"nl": Saying("met {}", "zonder {}"), "en": Saying("with {}", "without {}")},
        values.frequency,
        values.frequency_name,
        values.frequencies,
        _wants_mail,
    ),
)
