"""Municipalities begin and end on a day, and their people move along.

The day itself may be long before or after its list was loaded: ``switch`` is called
when a list is loaded and again every night, and does what is due.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from subscribers.models import Region, RegionKind, Subscriber


@dataclass(frozen=True)
class Switched:
    """How much changed; all zero on an ordinary day."""

    begun: int
    ended: int
    people: int  # who live in the successor from now on


def switch(session: Session, *, today: date) -> Switched:
    """Let begin and end what is due by ``today``, a local day; repeating is fine.

    Who lives where has ended moves to its successor. Without one, as when a
    municipality is cut up among several, they keep what we know: its province.
    """
    planned, there, former = (
        RegionKind.PLANNED,
        RegionKind.MUNICIPALITY,
        RegionKind.FORMER,
    )
    begun = _turn(session, planned, there, Region.valid_from <= today)
    ended = _turn(session, there, former, Region.valid_to <= today)
    people = 0
    for region in _former(session):
        heir = _heir(session, region)
        region.successor_code = heir.code
        people += _move(session, region, heir)
    session.flush()
    return Switched(begun, ended, people)


def _turn(
    session: Session, old: RegionKind, new: RegionKind, due: ColumnElement[bool]
) -> int:
    found = session.scalars(select(Region).where(Region.kind == old, due)).all()
    for region in found:
        region.kind = new
    session.flush()
    return len(found)


def _former(session: Session) -> list[Region]:
    return list(
        session.scalars(
            select(Region)
            .where(Region.kind == RegionKind.FORMER, Region.successor_code.is_not(None))
            .order_by(Region.code)
        )
    )


def _heir(session: Session, region: Region) -> Region:
    """Where its people are by now: a successor may have ended as well."""
    seen = {region.code}
    heir = session.get_one(Region, region.successor_code)
    while heir.kind is RegionKind.FORMER and heir.successor_code not in {None, *seen}:
        seen.add(heir.code)
        heir = session.get_one(Region, heir.successor_code)
    return heir


def _move(session: Session, region: Region, heir: Region) -> int:
    moved = session.execute(
        update(Subscriber)
        .where(Subscriber.region_code == region.code)
        .values(region_code=heir.code)
        .returning(Subscriber.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(moved)
