"""Who had the item: the issue's own ledger says so, and nothing else does.

A correction's ledger repeats the seq of the mail it puts right. So whoever is written
down twice is refused by the database, and those the issue reaches later fall into the
chunks that were cut for them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    func,
    literal,
    not_,
    null,
    select,
)
from sqlalchemy.orm import Session, aliased

from newsletter.dispatch.freezing import write_deliveries
from newsletter.dispatch.models import Chunk, Delivery, Mailing, Variant
from newsletter.dispatch.states import ChunkState, DeliveryState, Exclusion
from newsletter.issues.composition import Composition
from newsletter.issues.models import Issue
from subscribers.models import Subscriber, Subscription, Suppression
from subscribers.segments.audience import BUNDLED, exclusion_case
from subscribers.segments.compile import compile_rule
from subscribers.segments.rules import parse_rule

# They have the mail, or may have it. What came back or was never taken they have not.
REACHED = frozenset(
    {DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.IN_DOUBT}
)


@dataclass(frozen=True)
class Reach:
    """Whom a correction sent now would go to."""

    readers: int
    left_out: Mapping[str, int]  # reason -> how many had it and get nothing
    coming: bool  # the issue is still on its way to some of them; they get it later


def variants_with(
    session: Session, mailing: Mailing, places: frozenset[tuple[str, str]]
) -> Sequence[Variant]:
    """The issue's variants that hold the item."""
    every = session.scalars(
        select(Variant).where(Variant.mailing_id == mailing.id).order_by(Variant.id)
    )
    return [variant for variant in every if holds(variant, places)]


def holds(variant: Variant, places: frozenset[tuple[str, str]]) -> bool:
    return any((variant.edition, block) in places for block in variant.blocks)


def reach(
    session: Session,
    mailing: Mailing,
    variants: Sequence[int],
    *,
    now: datetime,
    zone: tzinfo,
) -> Reach:
    """Count them. Writes nothing."""
    had_it = _had_it(mailing, variants, now=now, zone=zone).subquery()
    counted = session.execute(
        select(had_it.c.exclusion, func.count()).group_by(had_it.c.exclusion)
    )
    counts = {reason: int(number) for reason, number in counted}
    readers = counts.pop(None, 0)
    coming = is_under_way(session, mailing, variants)
    return Reach(readers, counts, coming)


def readers_of(session: Session, mailing: Mailing) -> dict[int, int]:
    """How many have each variant of the issue, or may have it."""
    counted = session.execute(
        select(Delivery.variant_id, func.count())
        .where(Delivery.mailing_id == mailing.id, Delivery.state.in_(REACHED))
        .group_by(Delivery.variant_id)
    )
    return {variant: count for variant, count in counted if variant is not None}


def is_under_way(session: Session, mailing: Mailing, variants: Sequence[int]) -> bool:
    """Whether any of these variants may still reach somebody by itself."""
    open_still = select(Chunk.id).where(
        Chunk.mailing_id == mailing.id,
        Chunk.variant_id.in_(variants),
        Chunk.state != ChunkState.DONE,
    )
    return session.scalar(open_still.limit(1)) is not None


def write_down(
    session: Session,
    correction: Mailing,
    mailing: Mailing,
    variants: Sequence[int],
    *,
    now: datetime,
    zone: tzinfo,
) -> int:
    """A row for everyone who had it and has none yet; returns how many were added."""
    own = aliased(Delivery)
    known = select(own.seq).where(
        own.mailing_id == correction.id, own.seq == Delivery.seq
    )
    had_it = (
        _had_it(mailing, variants, now=now, zone=zone)
        .where(not_(known.correlate(Delivery).exists()))
        .subquery()
    )
    variant_of = {
        variant.edition: variant.id
        for variant in session.scalars(
            select(Variant).where(Variant.mailing_id == correction.id)
        )
    }
    gets_it = had_it.c.exclusion.is_(None)
    variant_id = case(
        *(
            (and_(gets_it, had_it.c.edition == edition), literal(variant, Integer))
            for edition, variant in variant_of.items()
        ),
        else_=null(),
    )
    return write_deliveries(
        session, correction, had_it, seq=had_it.c.seq, variant_id=variant_id, now=now
    )


def _had_it(
    mailing: Mailing,
    variants: Sequence[int],
    *,
    now: datetime,
    zone: tzinfo,
) -> Select[int, bytes, int | None, str, str | None]:
    """Rows of the issue's ledger, each with why it gets nothing, or NULL."""
    issue = mailing.issue
    return (
        select(
            Delivery.seq.label("seq"),
            Delivery.address_hash.label("address_hash"),
            Delivery.subscriber_id.label("subscriber_id"),
            Delivery.edition.label("edition"),
            _exclusion(issue, now=now, zone=zone).label("exclusion"),
        )
        .select_from(Delivery)
        .outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .outerjoin(
            Subscription,
            and_(
                Subscription.subscriber_id == Subscriber.id,
                Subscription.list_id == issue.list_id,
            ),
        )
        .where(
            Delivery.mailing_id == mailing.id,
            Delivery.variant_id.in_(variants),
            Delivery.state.in_(REACHED),
        )
    )


def _exclusion(
    issue: Issue, *, now: datetime, zone: tzinfo
) -> ColumnElement[str | None]:
    """As a claim looks at people again, in the same order."""
    today = now.astimezone(zone).date()
    # By the hash in the ledger: of whoever was erased only that is left.
    suppressed = (
        select(Suppression.address_hash)
        .where(Suppression.address_hash == Delivery.address_hash)
        .correlate(Delivery)
        .exists()
    )
    # A partner's edition needs a standing consent for that partner.
    withdrawn = [
        and_(
            Delivery.edition == edition.key,
            not_(
                compile_rule(
                    parse_rule({"partner": edition.partner}),
                    list_id=issue.list_id,
                    zone=zone,
                )
            ),
        )
        for edition in Composition.of(issue).editions
        if edition.partner
    ]
    as_always = exclusion_case(issue.list_id, today=today, but=BUNDLED)
    return case(
        (suppressed, Exclusion.SUPPRESSED.value),
        (Subscription.subscriber_id.is_(None), Exclusion.ENDED.value),
        (as_always.is_not(None), as_always),
        *((gone, Exclusion.NO_CONSENT.value) for gone in withdrawn),
        else_=null(),
    )
