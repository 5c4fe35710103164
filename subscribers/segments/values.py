"""The values a segment field may have: read to one form, named, listed."""

import re
from collections.abc import Mapping
from datetime import date

from babel.dates import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.errors import SubscribersError
from subscribers.models import (
    Frequency,
    MailingList,
    Region,
    RegionKind,
    Role,
    Sender,
)
from subscribers.regions import COUNTRY, OUTSIDE
from subscribers.typed import shown

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "nl": {"nl": "Nederlands", "en": "Dutch"},
    "en": {"nl": "Engels", "en": "English"},
}
FREQUENCIES: Mapping[Frequency, Mapping[str, str]] = {
    Frequency.EVERY: {"nl": "mail bij elk nummer", "en": "mail at every issue"},
    Frequency.MONTHLY: {"nl": "de maandbundel", "en": "the monthly bundle"},
}
# The two regions that are no place one lives in, as people call them.
COUNTRIES: Mapping[str, Mapping[str, str]] = {
    COUNTRY: {"nl": "Nederland", "en": "the Netherlands"},
    OUTSIDE: {"nl": "het buitenland", "en": "another country"},
}

FIRST_YEAR, LAST_YEAR = 1900, 2999


class BadRule(SubscribersError):
    """A rule cannot be used; the sentence says which part and what may stand there."""


def in_language(names: Mapping[str, str], language: str) -> str:
    return names.get(language, names["en"])


def code(text: str) -> str:
    return text.strip().upper()


def slug(text: str) -> str:
    return text.strip().lower()


def language_code(text: str) -> str:
    language = text.strip().lower()
    if language not in LANGUAGES:
        raise BadRule(
            f"There is no language {shown(text)}. Use one of: {', '.join(LANGUAGES)}."
        )
    return language


def frequency(text: str) -> str:
    often = text.strip().lower()
    if often not in set(Frequency):
        raise BadRule(
            f"There is no frequency {shown(text)}. Use one of: {', '.join(Frequency)}."
        )
    return often


def day(text: str) -> str:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip()) is None:
            raise ValueError
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadRule(f"{shown(text)} is not a day. Write it as 2027-01-15.") from error
    # The edges of the calendar do not exist as moments in every time zone.
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadRule(f"The year of {shown(text)} is not one readers joined in.")
    return day.isoformat()


def region_name(session: Session, value: str, language: str) -> str | None:
    if value in COUNTRIES:
        return in_language(COUNTRIES[value], language)
    region = session.get(Region, value)
    if region is None or region.kind != RegionKind.PROVINCE:
        return region.name if region else None
    namesake = select(Region.code).where(
        Region.name == region.name, Region.kind == RegionKind.MUNICIPALITY
    )
    if session.scalar(namesake) is None:
        return region.name
    of = {"nl": "de provincie {}"}.get(language, "the province of {}")
    return of.format(region.name)  # Utrecht and Groningen are both


def region_codes(session: Session) -> str:
    provinces = session.scalars(
        select(Region).where(Region.kind == RegionKind.PROVINCE).order_by(Region.code)
    )
    named = [f"{province.code} ({province.name})" for province in provinces]
    return ", ".join([COUNTRY, OUTSIDE, *named, "and the codes of municipalities"])


def role_name(session: Session, value: str, _language: str) -> str | None:
    name = session.scalar(select(Role.name).where(Role.slug == value))
    # "Wijkambtenaar" inside a sentence is small; "LPB'er" is not.
    return name[0].lower() + name[1:] if name and name[1:].islower() else name


def role_slugs(session: Session) -> str:
    return ", ".join(session.scalars(select(Role.slug).order_by(Role.bit)))


def sender_name(session: Session, value: str, _language: str) -> str | None:
    return session.scalar(select(Sender.name).where(Sender.slug == value))


def sender_slugs(session: Session) -> str:
    return ", ".join(session.scalars(select(Sender.slug).order_by(Sender.slug)))


def list_name(session: Session, value: str, _language: str) -> str | None:
    return session.scalar(select(MailingList.name).where(MailingList.slug == value))


def list_slugs(session: Session) -> str:
    return ", ".join(
        session.scalars(select(MailingList.slug).order_by(MailingList.slug))
    )


def language_name(_session: Session, value: str, language: str) -> str | None:
    return in_language(LANGUAGES[value], language)


def language_codes(_session: Session) -> str:
    return ", ".join(LANGUAGES)


def frequency_name(_session: Session, value: str, language: str) -> str | None:
    return in_language(FREQUENCIES[Frequency(value)], language)


def frequencies(_session: Session) -> str:
    return ", ".join(Frequency)


def day_name(_session: Session, value: str, language: str) -> str | None:
    return format_date(date.fromisoformat(value), "d MMMM y", locale=language)


def any_day(_session: Session) -> str:
    return "any day, written as 2027-01-15"
