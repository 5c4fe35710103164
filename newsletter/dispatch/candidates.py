"""Everybody with a subscription to the list, and what each of them would get."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    GenerativeSelect,
    Integer,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    null,
    select,
)

from database.fence import fenced
from newsletter.dispatch.states import Exclusion
from newsletter.issues.foreseen import Foreseen
from newsletter.issues.models import Issue
from subscribers.models import Subscriber, Subscription

# PostgreSQL takes a bare NULL for text.
NO_NUMBER: ColumnElement[int | None] = cast(null(), Integer)
_NOTHING = -1  # the place of those no block is meant for
_BUNDLED = Exclusion.BUNDLED.value


@dataclass(frozen=True)
class Candidates:
    """One SELECT: subscriber_id, address_hash, exclusion, edition, variant (a number).

    ``variants`` are the variants' keys; the SELECT gives the place of one among them.
    Who gets the bundle instead has one, too: what the bundle may tell them of. Neither
    an exclusion nor a variant has who was not foreseen; ``is_foreseen`` is false then,
    also for who gets the bundle.
    """

    rows: Subquery
    variants: tuple[str, ...]


def candidates_of(issue: Issue, foreseen: Foreseen) -> Candidates:
    """Exclusion first: who is neither mailed nor bundled has no variant."""
    variants = tuple(variant.key for variant in foreseen.variants)
    sorted_out = fenced(_sorted_out(issue, foreseen), "sorted_out")
    placed = fenced(
        select(
            sorted_out.c.subscriber_id,
            sorted_out.c.address_hash,
            sorted_out.c.exclusion,
            sorted_out.c.edition,
            case(
                (
                    func.coalesce(sorted_out.c.exclusion, _BUNDLED) == _BUNDLED,
                    _place(sorted_out, foreseen, variants),
                ),
                else_=NO_NUMBER,
            ).label("place"),
        ),
        "placed",
    )
    is_nothing = placed.c.place == _NOTHING
    may_have_one = func.coalesce(placed.c.exclusion, _BUNDLED) == _BUNDLED
    rows = select(
        placed.c.subscriber_id,
        placed.c.address_hash,
        case(
            (
                and_(is_nothing, placed.c.exclusion.is_(None)),
                literal(Exclusion.NOTHING_FOR_YOU.value),
            ),
            else_=placed.c.exclusion,
        ).label("exclusion"),
        placed.c.edition,
        case((is_nothing, NO_NUMBER), else_=placed.c.place).label("variant"),
        not_(and_(may_have_one, placed.c.place.is_(None))).label("is_foreseen"),
    )
    return Candidates(rows.subquery("candidates"), variants)


def _sorted_out(issue: Issue, foreseen: Foreseen) -> GenerativeSelect:
    assigned = foreseen.assigned
    return assigned.joined(
        select(
            Subscriber.id.label("subscriber_id"),
            Subscriber.address_hash.label("address_hash"),
            assigned.exclusion.label("exclusion"),
            assigned.edition.label("edition"),
            assigned.holds.label("holds"),
        )
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
    ).where(Subscription.list_id == issue.list_id)


def _place(
    sorted_out: Subquery, foreseen: Foreseen, variants: tuple[str, ...]
) -> ColumnElement[Any]:
    """The number of the reader's variant; NULL when it was not foreseen."""
    views = foreseen.assigned.views
    masks: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (edition, mask), key in foreseen.keys.items():
        place = _NOTHING if key is None else variants.index(key)
        masks[edition][place].append(mask)
    by_edition = [
        (
            sorted_out.c.edition == edition,
            case(
                *(
                    (
                        sorted_out.c.holds.bitwise_and(views[edition].bits).in_(seen),
                        literal(place, Integer),
                    )
                    for place, seen in places.items()
                ),
                else_=NO_NUMBER,
            ),
        )
        for edition, places in masks.items()
    ]
    return case(*by_edition, else_=NO_NUMBER) if by_edition else NO_NUMBER
