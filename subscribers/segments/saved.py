"""Segments with a name: rules kept for the next issue."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers import typed
from subscribers.errors import SubscribersError
from subscribers.models import Segment
from subscribers.segments.rules import Rule, as_data, check_values, parse_rule

NAME_MOST = 60


class UnknownSegment(SubscribersError):
    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(
            f"There is no segment {typed.shown(name)}. "
            f"Known are: {', '.join(known) or 'none yet; add one with `segments add`'}."
        )


class SegmentExists(SubscribersError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is a segment {name!r} already. "
            "Choose another name, or replace its rule."
        )


class SegmentChangedMeanwhile(SubscribersError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"The segment {name!r} was changed by somebody else meanwhile. "
            "Look at it again before you change it."
        )


def add_segment(session: Session, *, name: str, rule: object, now: datetime) -> Segment:
    """Keep a rule under a name; BadRule when it cannot be used here."""
    name = typed.line(name, what="name of the segment", most=NAME_MOST)
    if any(_same(known.name, name) for known in all_segments(session)):
        raise SegmentExists(name)
    segment = Segment(
        name=name, rule=_checked(session, rule), created_at=now, updated_at=now
    )
    session.add(segment)
    session.flush()
    return segment


def replace_rule(
    session: Session,
    segment: Segment,
    *,
    rule: object,
    version: int,
    now: datetime,
) -> None:
    """Give a segment another rule, unless somebody changed it since ``version``."""
    if segment.version != version:
        raise SegmentChangedMeanwhile(segment.name)
    segment.rule = _checked(session, rule)
    segment.version += 1
    segment.updated_at = now
    session.flush()


def find_segment(session: Session, name: str) -> Segment:
    """The segment of that name, in any case; UnknownSegment names the known ones."""
    known = all_segments(session)
    for segment in known:
        if _same(segment.name, name):
            return segment
    raise UnknownSegment(name, [segment.name for segment in known])


def all_segments(session: Session) -> list[Segment]:
    return list(session.scalars(select(Segment).order_by(Segment.name)))


def rule_of(segment: Segment) -> Rule:
    return parse_rule(segment.rule)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.strip().casefold()


def _checked(session: Session, data: object) -> dict[str, object]:
    rule = parse_rule(data)
    check_values(session, rule)
    return as_data(rule)
