"""Whether a rule means somebody who does not exist: for who looks through their eyes.

Readers are chosen in SQL (``compile``); this says the same of one invented person, so
that nobody has to be written into the database to be looked at.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.models import Frequency, Region, RegionKind
from subscribers.segments.rules import (
    AllOf,
    AnyOf,
    Not,
    Question,
    Rule,
    questions,
)


@dataclass(frozen=True)
class Person:
    """What a reader could have told us. Joins today, gets every issue."""

    today: date
    region: str | None = None  # code
    roles: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()  # whom they agreed to
    lists: frozenset[str] = frozenset()
    language: str | None = None
    chosen: str | None = None  # the partner whose edition they chose
    frequency: Frequency = Frequency.EVERY


def means(session: Session, rule: Rule, person: Person) -> bool:
    """As the rule would be asked in SQL."""
    asked = {one.value for one in questions(rule) if one.field.key == "region"}
    within = _within(session, person.region, asked)
    return _means(rule, person, within)


def _means(rule: Rule, person: Person, within: frozenset[str]) -> bool:
    match rule:
        case AllOf(parts):
            return all(_means(part, person, within) for part in parts)
        case AnyOf(parts):
            return any(_means(part, person, within) for part in parts)
        case Not(part):
            return not _means(part, person, within)
        case Question(asked, value):
            return _answers(person, within, value)[asked.key]


def _answers(person: Person, within: frozenset[str], value: str) -> dict[str, bool]:
    """By the key of the field; a test holds them to ``FIELDS``."""
    return {
        "role": value in person.roles,
        "region": value in within,
        "partner": value in person.partners,
        "list": value in person.lists,
        "language": value == person.language,
        "joined_before": person.today.isoformat() < value,
        "joined_after": person.today.isoformat() >= value,
        "frequency": value == person.frequency,
    }


def _within(session: Session, home: str | None, asked: set[str]) -> frozenset[str]:
    """Those of the regions that hold the person's."""
    region = session.get(Region, home) if home else None
    if region is None or not asked:
        return frozenset()
    found = set()
    for named in session.scalars(select(Region).where(Region.code.in_(asked))):
        now = named
        if named.kind is RegionKind.FORMER and named.successor_code:
            now = session.get_one(Region, named.successor_code)
        if region.path.startswith(now.path):
            found.add(named.code)
    return frozenset(found)
