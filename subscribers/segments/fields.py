"""What a segment rule may ask about a subscriber.

A subquery here says what it does *not* correlate with: left to itself SQLAlchemy would
take a table of the same name in the query around it for ours.

To add a field, add one ``SegmentField`` to ``FIELDS``. The parser, the compiler, the
sentence and the documentation all read this list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    case,
    cast,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from subscribers.models import (
    Frequency,
    MailingList,
    PartnerConsent,
    Region,
    RegionKind,
    Role,
    Sender,
    Subscription,
    SubscriptionState,
)
from subscribers.segments import options, values
from subscribers.segments.who import ON_FILE, Who
from subscribers.typed import slug_of

# A day begins here unless the installation says otherwise (BUURTPOST_TIMEZONE).
HOME_ZONE = ZoneInfo("Europe/Amsterdam")
MUNICIPALITY = "GM"  # how its code begins


def in_passing(query: Select[Any]) -> ColumnElement[Any]:
    """The one value of a query, looked up by the statement that asks the rule."""
    return query.correlate(None).scalar_subquery()


# How a name in a rule becomes a number. Looked at for each of a million readers, even a
# value the database keeps costs a fifth more than a number would.
Value = Callable[[Select[Any]], ColumnElement[Any]]
# The values one field is asked for, in one question.
Values = tuple[str, ...]


@dataclass(frozen=True)
class Scope:
    """What a rule is asked about: of whom, for one list or any, where a day begins."""

    list_id: int | None = None
    zone: tzinfo = HOME_ZONE
    who: Who = ON_FILE
    value: Value = in_passing
    # Whether somebody lives in one of these, where that was found out already.
    among: Callable[[Values], ColumnElement[bool]] | None = None

    def start_of(self, day: str) -> datetime:
        return datetime.combine(date.fromisoformat(day), time(), self.zone)


@dataclass(frozen=True)
class Saying:
    """A condition and its opposite in one language, with ``{}`` for the value."""

    yes: str
    no: str


@dataclass(frozen=True, eq=False)  # each is itself: a rule can be looked up by
class SegmentField:
    """One question: how its value is read, named, said, and asked in SQL."""

    key: str
    label: Mapping[str, str]  # by language: what an editor chooses it by
    says: Mapping[str, Saying]  # by language
    read: Callable[[str], str]  # the value's one normal form, or BadRule
    name: Callable[[Session, str, str], str | None]  # in a language; None: unknown
    known: Callable[[Session], str]  # the values there are, for who wrote another
    # The same to choose from, each with its name; None: any day.
    choices: Callable[[Session, str], options.Choices] | None
    # Asked of any of these values.
    where: Callable[[Values, Scope], ColumnElement[bool]]
    may_be_unknown: bool = False  # then ``where`` may be NULL


def _lives_in(values: Values, scope: Scope) -> ColumnElement[bool]:
    if scope.among is not None:
        return scope.among(values)
    home = scope.who.region_code
    if len(values) == 1 and values[0].startswith(MUNICIPALITY):
        # Nothing lies below it, and a plain comparison gives its readers in order.
        return home == scope.value(
            select(by_now(Region)).where(Region.code == values[0])
        )
    named, wide = aliased(Region), aliased(Region)
    within = (
        select(Region.code)
        .join(wide, Region.path.like(wide.path.concat("%")))
        .join(named, by_now(named) == wide.code)
        .where(named.code.in_(values))
    )
    among = home.in_(within.correlate(None))
    return func.coalesce(among, false()) if scope.who.in_order else among


def by_now(region: type[Region]) -> ColumnElement[str]:
    """Its code, or what it became part of: a rule outlives a municipality."""
    heir = func.coalesce(region.successor_code, region.code)
    return case((region.kind == RegionKind.FORMER, heir), else_=region.code)


def _has_role(values: Values, scope: Scope) -> ColumnElement[bool]:
    bit = literal(1, BigInteger).bitwise_lshift(Role.bit)
    # Of roles there are not nobody has any.
    mask = func.coalesce(cast(func.sum(bit), BigInteger), 0)
    wanted = scope.value(select(mask).where(Role.slug.in_(values)))
    return scope.who.role_mask.bitwise_and(wanted) != 0


def _agreed_to_partner(values: Values, scope: Scope) -> ColumnElement[bool]:
    senders = [
        scope.value(select(Sender.id).where(Sender.slug == value)) for value in values
    ]
    consent = select(PartnerConsent.sender_id).where(
        PartnerConsent.subscriber_id == scope.who.id,
        _among(PartnerConsent.sender_id, senders),
    )
    if scope.list_id is not None:
        consent = consent.where(PartnerConsent.list_id == scope.list_id)
    return consent.correlate(scope.who.id.class_).exists()


def _reads_list(values: Values, scope: Scope) -> ColumnElement[bool]:
    lists = [
        scope.value(select(MailingList.id).where(MailingList.slug == value))
        for value in values
    ]
    subscription = select(Subscription.id).where(
        Subscription.subscriber_id == scope.who.id,
        _among(Subscription.list_id, lists),
        Subscription.state == SubscriptionState.CONFIRMED,
    )
    return subscription.correlate(scope.who.id.class_).exists()


def _among(
    column: InstrumentedAttribute[int], found: list[ColumnElement[Any]]
) -> ColumnElement[bool]:
    return column == found[0] if len(found) == 1 else column.in_(found)


def _speaks(values: Values, scope: Scope) -> ColumnElement[bool]:
    return scope.who.language.in_(values)


def _wants_mail(values: Values, scope: Scope) -> ColumnElement[bool]:
    return scope.who.frequency.in_([Frequency(value) for value in values])


def _joined_before(values: Values, scope: Scope) -> ColumnElement[bool]:
    return scope.who.joined_at < scope.start_of(max(values))


def _joined_after(values: Values, scope: Scope) -> ColumnElement[bool]:
    return scope.who.joined_at >= scope.start_of(min(values))


# The order is that of the sentence: "wijkambtenaar in Fryslân".
FIELDS = (
    SegmentField(
        "role",
        {"nl": "Rol", "en": "Role"},
        {"nl": Saying("{}", "geen {}"), "en": Saying("{}", "not {}")},
        slug_of,
        values.role_name,
        values.role_slugs,
        options.roles,
        _has_role,
    ),
    SegmentField(
        "region",
        {"nl": "Streek", "en": "Region"},
        {"nl": Saying("in {}", "niet in {}"), "en": Saying("in {}", "not in {}")},
        values.code,
        values.region_name,
        values.region_codes,
        options.regions,
        _lives_in,
        may_be_unknown=True,
    ),
    SegmentField(
        "partner",
        {"nl": "Toestemming voor partner", "en": "Agreed to partner"},
        {
            "nl": Saying("met toestemming voor {}", "zonder toestemming voor {}"),
            "en": Saying("who agreed to {}", "who did not agree to {}"),
        },
        values.slug,
        values.sender_name,
        values.sender_slugs,
        options.partners,
        _agreed_to_partner,
    ),
    SegmentField(
        "list",
        {"nl": "Abonnement", "en": "Subscribed to"},
        {
            "nl": Saying("geabonneerd op {}", "niet geabonneerd op {}"),
            "en": Saying("subscribed to {}", "not subscribed to {}"),
        },
        values.slug,
        values.list_name,
        values.list_slugs,
        options.lists,
        _reads_list,
    ),
    SegmentField(
        "language",
        {"nl": "Taal", "en": "Language"},
        {
            "nl": Saying("met {} als taal", "zonder {} als taal"),
            "en": Saying("reading {}", "not reading {}"),
        },
        values.language_code,
        values.language_name,
        values.language_codes,
        options.languages,
        _speaks,
        may_be_unknown=True,
    ),
    SegmentField(
        "joined_before",
        {"nl": "Aangemeld vóór", "en": "Joined before"},
        {
            "nl": Saying("aangemeld vóór {}", "niet aangemeld vóór {}"),
            "en": Saying("joined before {}", "not joined before {}"),
        },
        values.day,
        values.day_name,
        values.any_day,
        None,
        _joined_before,
    ),
    SegmentField(
        "joined_after",
        {"nl": "Aangemeld vanaf", "en": "Joined from"},
        {
            "nl": Saying("aangemeld vanaf {}", "niet aangemeld vanaf {}"),
            "en": Saying("joined from {}", "not joined from {}"),
        },
        values.day,
        values.day_name,
        values.any_day,
        None,
        _joined_after,
    ),
    SegmentField(
        "frequency",
        {"nl": "Hoe vaak", "en": "How often"},
        {"nl": Saying("met {}", "zonder {}"), "en": Saying("with {}", "without {}")},
        values.frequency,
        values.frequency_name,
        values.frequencies,
        options.frequencies,
        _wants_mail,
    ),
)
