"""Everybody with a subscription to the list, and what each of them would get."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Subquery,
    and_,
    case,
    cast,
    literal,
    null,
    select,
)
from sqlalchemy.orm import Session

from newsletter.dispatch.states import Exclusion
from newsletter.issues.models import Issue
from newsletter.issues.variants import Assignment, assignment
from subscribers.models import Subscriber, Subscription
from subscribers.segments.fields import HOME_ZONE


@dataclass(frozen=True)
class Candidates:
    """One SELECT: subscriber_id, address_hash, exclusion, edition, variant (a number).

    ``variants`` are the variants' keys; the SELECT gives the place of one among them.
    """

    rows: Subquery
    variants: tuple[str, ...]


def candidates_of(
    session: Session, issue: Issue, *, today: date, zone: tzinfo = HOME_ZONE
) -> Candidates:
    """Exclusion first: who is not mailed has a reason and no variant."""
    assigned = assignment(session, issue, today=today, zone=zone)
    sorted_out = (
        select(
            Subscriber.id.label("subscriber_id"),
            Subscriber.address_hash.label("address_hash"),
            assigned.exclusion.label("exclusion"),
            assigned.edition.label("edition"),
            assigned.mask.label("mask"),
        )
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(Subscription.list_id == issue.list_id)
        .subquery("sorted_out")
    )
    masks = _masks_by_variant(session, assigned, sorted_out)
    place = _place_of_variant(sorted_out, masks)
    nothing = case(
        (sorted_out.c.exclusion.is_not(None), sorted_out.c.exclusion),
        (place.is_(None), literal(Exclusion.NOTHING_FOR_YOU.value)),
        else_=null(),
    )
    rows = select(
        sorted_out.c.subscriber_id,
        sorted_out.c.address_hash,
        nothing.label("exclusion"),
        sorted_out.c.edition,
        case((sorted_out.c.exclusion.is_(None), place), else_=null()).label("variant"),
    ).subquery("candidates")
    return Candidates(rows, tuple(key for key, _edition in masks))


# PostgreSQL takes a bare NULL for text.
NO_NUMBER: ColumnElement[int | None] = cast(null(), Integer)

_Masks = Mapping[tuple[str, str], list[int]]  # (variant key, edition) -> masks


def _masks_by_variant(
    session: Session, assigned: Assignment, sorted_out: Subquery
) -> _Masks:
    """Which masks of which edition see the same blocks."""
    masks: dict[tuple[str, str], list[int]] = defaultdict(list)
    occurring = (
        select(sorted_out.c.edition, sorted_out.c.mask)
        .where(sorted_out.c.exclusion.is_(None))
        .distinct()
    )
    for edition, mask in session.execute(occurring):
        key = assigned.variant_key_of(edition, int(mask))
        if key is not None:
            masks[key, edition].append(int(mask))
    return masks


def _place_of_variant(sorted_out: Subquery, masks: _Masks) -> ColumnElement[Any]:
    """NULL where no block is meant for the reader."""
    branches = [
        (
            and_(sorted_out.c.edition == edition, sorted_out.c.mask.in_(seen)),
            literal(place, Integer),
        )
        for place, ((_key, edition), seen) in enumerate(masks.items())
    ]
    return case(*branches, else_=null()) if branches else NO_NUMBER
