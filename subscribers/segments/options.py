"""What a segment field may be given, each value with its name: for who chooses."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from subscribers.models import MailingList, Region, RegionKind, Role, Sender
from subscribers.segments.values import COUNTRIES, FREQUENCIES, LANGUAGES, in_language
from subscribers.typed import fold

Choices = Sequence[tuple[str, str]]


def roles(session: Session, _language: str) -> Choices:
    return _pairs(session, select(Role.slug, Role.name).order_by(Role.bit))


def regions(session: Session, language: str) -> Choices:
    """The countries, the provinces, and every municipality there is today or was."""
    order = {kind: place for place, kind in enumerate(_KINDS)}
    regions = session.scalars(select(Region).where(Region.kind.in_(_KINDS))).all()
    namesakes = {one.name for one in regions if one.kind == RegionKind.MUNICIPALITY}
    of = {"nl": "provincie {}"}.get(language, "province {}")
    named = []
    for region in sorted(regions, key=lambda one: (order[one.kind], fold(one.name))):
        name = region.name
        if region.code in COUNTRIES:
            name = in_language(COUNTRIES[region.code], language)
        elif region.kind == RegionKind.PROVINCE and region.name in namesakes:
            name = of.format(region.name)  # Utrecht and Groningen are both
        named.append((region.code, name))
    return named


_KINDS = (
    RegionKind.COUNTRY,
    RegionKind.OUTSIDE,
    RegionKind.PROVINCE,
    RegionKind.MUNICIPALITY,
    RegionKind.FORMER,
)


def partners(session: Session, _language: str) -> Choices:
    """Every sender but those of our own lists."""
    own = select(MailingList.sender_id)
    partners = select(Sender.slug, Sender.name).where(Sender.id.not_in(own))
    return _pairs(session, partners.order_by(Sender.name))


def lists(session: Session, _language: str) -> Choices:
    lists = select(MailingList.slug, MailingList.name)
    return _pairs(session, lists.order_by(MailingList.id))


def languages(_session: Session, language: str) -> Choices:
    return [(code, in_language(names, language)) for code, names in LANGUAGES.items()]


def frequencies(_session: Session, language: str) -> Choices:
    return [
        (often.value, in_language(names, language))
        for often, names in FREQUENCIES.items()
    ]


def _pairs(session: Session, query: Select[str, str]) -> Choices:
    return [(value, name) for value, name in session.execute(query)]
