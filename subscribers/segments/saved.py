"""Segments with a name: rules kept for the next issue, and what they said before."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from subscribers import typed
from subscribers.errors import SubscribersError
from subscribers.models import Segment, SegmentVersion
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


def add_segment(
    session: Session, *, name: str, rule: object, by: str, now: datetime
) -> Segment:
    """Keep a rule under a name; BadRule when it cannot be used here."""
    name = typed.line(name, what="name of the segment", most=NAME_MOST)
    if any(_same(known.name, name) for known in all_segments(session)):
        raise SegmentExists(name)
    segment = Segment(
        name=name, rule=_checked(session, rule), created_at=now, updated_at=now
    )
    session.add(segment)
    session.flush()
    _remember(session, segment, by=by)
    return segment


def replace_rule(
    session: Session,
    segment: Segment,
    *,
    rule: object,
    version: int,
    by: str,
    now: datetime,
) -> None:
    """Give a segment another rule, unless somebody changed it since ``version``.

    The same rule again is no new version.
    """
    if segment.version != version:
        raise SegmentChangedMeanwhile(segment.name)
    checked = _checked(session, rule)
    if checked == segment.rule:
        return
    segment.rule = checked
    segment.version += 1
    segment.updated_at = now
    _remember(session, segment, by=by)


def history(session: Session, segment: Segment) -> Sequence[SegmentVersion]:
    """Everything it ever said, the newest first."""
    return session.scalars(
        select(SegmentVersion)
        .where(SegmentVersion.segment_id == segment.id)
        .order_by(SegmentVersion.version.desc())
    ).all()


def _remember(session: Session, segment: Segment, *, by: str) -> None:
    session.add(
        SegmentVersion(
            segment_id=segment.id,
            version=segment.version,
            rule=segment.rule,
            by=by,
            changed_at=segment.updated_at,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        # Two at the same version at once: the other one was first.
        raise SegmentChangedMeanwhile(segment.name) from error


def find_segment(session: Session, name: str) -> Segment:
    """The segment of that name, in any case; UnknownSegment names the known ones."""
    known = all_segments(session)
    for segment in known:
        if _same(segment.name, name):
            return segment
    raise UnknownSegment(name, [segment.name for segment in known])


def get_segment(session: Session, number: int) -> Segment:
    """By its number, which stands in addresses."""
    segment = session.get(Segment, number)
    if segment is None:
        known = [segment.name for segment in all_segments(session)]
        raise UnknownSegment(str(number), known)
    return segment


def rename(session: Session, segment: Segment, *, name: str) -> None:
    """Another name for the same rule; no new version."""
    name = typed.line(name, what="name of the segment", most=NAME_MOST)
    others = (other for other in all_segments(session) if other.id != segment.id)
    if any(_same(other.name, name) for other in others):
        raise SegmentExists(name)
    segment.name = name
    session.flush()


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
