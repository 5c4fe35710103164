"""Who of a list a rule means and would be mailed today: how many, some, page by page.

Answered from the table ``reader``, which the database keeps (``subscribers.readers``):
the number from a covering index alone, a page from one and a look-up for each name.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Integer,
    Select,
    SQLColumnExpression,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from database.base import BigId
from database.types import UtcDateTime
from subscribers.models import Frequency, MailingList, Reader, Subscriber
from subscribers.segments.compile import compile_rule
from subscribers.segments.fields import HOME_ZONE
from subscribers.segments.rules import Rule, questions
from subscribers.segments.who import MAILED, MAILED_IN_ORDER

SAMPLE = 20
PAGE = 50
_LARGEST = 2**63 - 1  # a database counts no further
KEPT = 100  # statements of rules asked lately


Day = date | BindParameter[date]
_TODAY = bindparam("today", type_=Date())


class Sort(StrEnum):
    NEWEST = "newest"  # who joined last goes first
    OLDEST = "oldest"


@dataclass(frozen=True)
class Seen:
    """A reader as staff look through a segment: no address, nobody needs it there."""

    id: int
    name: str | None
    region_code: str | None
    role_mask: int
    language: str | None
    joined_at: datetime


@dataclass(frozen=True)
class Place:
    """Between two readers of a sorted list: after this one."""

    joined_at: datetime
    id: int

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """From an address; None for the beginning, and for what is no place."""
        moment, _comma, number = text.partition(",")
        try:
            joined_at, reader = datetime.fromisoformat(moment), int(number)
            if joined_at.tzinfo is None or not 0 <= reader <= _LARGEST:
                return None
            return cls(joined_at.astimezone(UTC), reader)
        except (ValueError, OverflowError):
            return None

    def __str__(self) -> str:
        return f"{self.joined_at.isoformat()},{self.id}"


@dataclass(frozen=True)
class Page:
    readers: Sequence[Seen]
    next: Place | None  # None: there are no more


def on(list_id: int, *, today: Day) -> ColumnElement[bool]:
    """Whether a ``Reader`` is one this list would mail today, by issue or bundle."""
    awake = or_(Reader.paused_until.is_(None), Reader.paused_until <= today)
    return and_(Reader.list_id == list_id, awake)


def _readers(list_id: int, rule: Rule, *, today: Day) -> ColumnElement[bool]:
    """Who gets the monthly bundle counts only for a rule that asks how often: there
    the answer would be nobody, whoever chose it.
    """
    if any(part.field.key == "frequency" for part in questions(rule)):
        return on(list_id, today=today)
    return and_(on(list_id, today=today), Reader.frequency == Frequency.EVERY)


def count(
    session: Session,
    mailing_list: MailingList,
    rule: Rule,
    *,
    now: datetime,
    zone: tzinfo = HOME_ZONE,
) -> int:
    """How many of the rule's readers this list would mail today."""
    counting, names = _counting(rule, mailing_list.id, zone)
    values: dict[str, object] = {"today": now.astimezone(zone).date()}
    if names:
        found = session.execute(select(*(name.scalar_subquery() for name in names)))
        values |= {f"name_{place}": value for place, value in enumerate(found.one())}
    return session.scalar(counting, values) or 0


@lru_cache(maxsize=KEPT)
def _counting(
    rule: Rule, list_id: int, zone: tzinfo
) -> tuple[Select[int], Sequence[Select[Any]]]:
    """The statement, and the queries for the values it wants as ``name_0`` and on."""
    names: list[Select[Any]] = []

    def named(query: Select[Any]) -> ColumnElement[Any]:
        names.append(query)
        (column,) = query.selected_columns
        return bindparam(f"name_{len(names) - 1}", type_=column.type)

    meant = compile_rule(rule, list_id=list_id, zone=zone, who=MAILED, value=named)
    readers = _readers(list_id, rule, today=_TODAY)
    return select(func.count()).select_from(Reader).where(meant, readers), names


def page(
    session: Session,
    mailing_list: MailingList,
    rule: Rule,
    *,
    sort: Sort = Sort.NEWEST,
    after: Place | None = None,
    size: int = PAGE,
    now: datetime,
    zone: tzinfo = HOME_ZONE,
) -> Page:
    """The next ``size`` of them in this order, behind ``after``."""
    query = _in_order(rule, mailing_list.id, zone, sort, _AFTER[sort] if after else "")
    values = {
        "today": now.astimezone(zone).date(),
        "most": size + 1,
        "joined_at": after.joined_at if after else None,
        "id": after.id if after else None,
    }
    found = _seen(session, query, values)
    shown = found[:size]
    if len(found) <= size:
        return Page(shown, None)
    return Page(shown, Place(shown[-1].joined_at, shown[-1].id))


def sample(
    session: Session,
    mailing_list: MailingList,
    rule: Rule,
    *,
    size: int = SAMPLE,
    chance: random.Random | None = None,
    now: datetime,
    zone: tzinfo = HOME_ZONE,
) -> Sequence[Seen]:
    """Some of them: who joined one after the other from a moment drawn by chance."""
    start = _some_moment(session, mailing_list.id, chance or random.SystemRandom())
    if start is None:
        return []
    found: list[Seen] = []
    for part in (">=", "<"):  # and round the end: from the first who ever joined
        query = _in_order(rule, mailing_list.id, zone, Sort.OLDEST, part)
        today = now.astimezone(zone).date()
        most = size - len(found)
        values = {"today": today, "most": most, "joined_at": start, "id": 0}
        found += _seen(session, query, values)
        if len(found) == size:
            break
    return found


@lru_cache(maxsize=KEPT)
def _in_order(
    rule: Rule, list_id: int, zone: tzinfo, sort: Sort, part: str
) -> Select[Any]:
    """All that is shown of them, from ``part`` of the list: "<" a place, ">" it, "".

    Kept: to make it takes longer than to answer it.
    """
    chosen = (
        select(Reader.subscriber_id, Reader.joined_at)
        .where(
            _readers(list_id, rule, today=_TODAY),
            compile_rule(rule, list_id=list_id, zone=zone, who=MAILED_IN_ORDER),
        )
        .order_by(*_by(sort, Reader.joined_at, Reader.subscriber_id))
        .limit(bindparam("most", type_=Integer()))
    )
    if part:
        here = tuple_(Reader.joined_at, Reader.subscriber_id)
        there = tuple_(
            bindparam("joined_at", type_=UtcDateTime()), bindparam("id", type_=BigId)
        )
        chosen = chosen.where(here.op(part)(there))
    # Names are looked up once it is known whose.
    found = chosen.subquery("found")
    return (
        select(
            Subscriber.id,
            Subscriber.name,
            Subscriber.region_code,
            Subscriber.role_mask,
            Subscriber.language,
            found.c.joined_at,
        )
        .join(found, found.c.subscriber_id == Subscriber.id)
        .order_by(*_by(sort, found.c.joined_at, found.c.subscriber_id))
    )


_AFTER = {Sort.NEWEST: "<", Sort.OLDEST: ">"}


def _by(sort: Sort, *columns: SQLColumnExpression[Any]) -> list[ColumnElement[Any]]:
    if sort is Sort.NEWEST:
        return [column.desc() for column in columns]
    return [column.asc() for column in columns]


def _seen(
    session: Session, query: Select[Any], values: Mapping[str, object]
) -> list[Seen]:
    return [Seen(*row) for row in session.execute(query, values)]


def _some_moment(
    session: Session, list_id: int, chance: random.Random
) -> datetime | None:
    joined = select(Reader.joined_at).where(Reader.list_id == list_id).limit(1)
    first, last = session.execute(
        select(
            joined.order_by(Reader.joined_at.asc()).scalar_subquery(),
            joined.order_by(Reader.joined_at.desc()).scalar_subquery(),
        )
    ).one()
    return first + (last - first) * chance.random() if first else None
