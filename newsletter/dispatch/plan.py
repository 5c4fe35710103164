"""The freeze: the audience of an issue written into the ledger, once.

One INSERT..SELECT writes a row per candidate; variants are rendered before it, and
everything is one transaction, so that a mailing is frozen or it is not.
"""

import logging
from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Integer,
    case,
    func,
    literal,
    not_,
    null,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from database.session import Database, one_view
from newsletter.dispatch.candidates import NO_NUMBER, candidates_of
from newsletter.dispatch.chunks import Range, cut_chunks, ranges_of
from newsletter.dispatch.errors import FreezeFailed
from newsletter.dispatch.finishing import finish_if_complete
from newsletter.dispatch.freezing import (
    TRIES,
    Unforeseen,
    in_small_groups,
    is_collision,
    store_variant,
    write_deliveries,
)
from newsletter.dispatch.locks import lock_mailing
from newsletter.dispatch.models import Delivery, Mailing, Variant
from newsletter.dispatch.states import ChunkState, Exclusion, MailingState
from newsletter.errors import NewsletterError
from newsletter.issues.foreseen import Foreseen, foresee
from newsletter.issues.models import Issue
from newsletter.issues.variants import PlannedVariant, plan_variants
from newsletter.jobs.context import Context
from newsletter.preflight import look_at_links
from newsletter.production.produce import ProducedVariant, produce
from newsletter.reasons import Code, Reason, reason, said
from newsletter.settings import Settings
from newsletter.workflow.gate import Blocked, gate
from subscribers import consent

log = logging.getLogger("buurtpost.dispatch")

TOO_LATE = timedelta(minutes=60)
BEGIN = "begin-mailing"  # the kind of job that freezes a mailing at its time


def begin_mailing(context: Context, payload: dict[str, Any]) -> None:
    """The function of the job ``begin-mailing``: freeze a mailing whose time has come.

    A scheduled one is held instead, with the reason, when it is over an hour late,
    preflight blocks by now, or it cannot be rendered any more.
    """
    mailing_id = int(payload["mailing"])
    now = context.now()
    with context.database.read() as session:
        waiting = session.get(Mailing, mailing_id)
        if waiting is None or not _is_due(waiting, now=now):
            return
        number = waiting.issue.number
    look_at_links(context.database, context.settings, number, now=now)
    with context.database.read() as session:
        waiting = session.get(Mailing, mailing_id)
        if waiting is None:
            return
        why = _why_to_hold(session, context.settings, waiting, now=now)
    try:
        if why is None:
            freeze(context.database, context.settings, mailing_id, now)
    except NewsletterError as refusal:
        # Trying again by itself would leave it "scheduled" and nobody told.
        why = said(str(refusal))
    if why is not None:
        _hold(context.database, mailing_id, why, now=now)


def _hold(database: Database, mailing_id: int, why: Reason, *, now: datetime) -> None:
    """Unless somebody did something about it meanwhile."""
    with database.write.begin() as session:
        mailing = lock_mailing(session, mailing_id)
        if mailing is not None and _is_due(mailing, now=now):
            mailing.state = MailingState.HELD
            mailing.reason = why.stored()


def _is_due(mailing: Mailing, *, now: datetime) -> bool:
    return (
        mailing.state is MailingState.SCHEDULED
        and mailing.start_at is not None
        and mailing.start_at <= now
    )


def _why_to_hold(
    session: Session, settings: Settings, mailing: Mailing, *, now: datetime
) -> Reason | None:
    assert mailing.start_at is not None
    late = now - mailing.start_at
    if late > TOO_LATE:
        return reason(Code.TOO_LATE, minutes=int(late.total_seconds() // 60))
    try:
        gate(session, settings, mailing.issue, by=mailing.started_by, now=now)
    except Blocked as blocked:
        return reason(Code.BLOCKED, words=blocked.named)
    except NewsletterError as refusal:
        return said(str(refusal))
    return None


def freeze(
    database: Database, settings: Settings, mailing_id: int, now: datetime
) -> None:
    """Write the ledger of a mailing and let it be sent; freezing twice adds nobody.

    Renders without a lock, then commits everything in one transaction.
    """
    produced: dict[str, ProducedVariant] = {}
    day = now.astimezone(settings.timezone).date()
    for attempt in range(1, TRIES + 1):
        with database.read() as session:
            issue = session.get_one(Mailing, mailing_id).issue
            foreseen = foresee(session, issue, today=day, zone=settings.timezone)
            for planned in foreseen.variants:
                if planned.key not in produced:
                    produced[planned.key] = produce(
                        session, settings, issue, planned, day=day
                    )
        try:
            with database.write.begin() as session:
                one_view(session)
                _freeze(session, settings, mailing_id, foreseen, produced, now=now)
                return
        except DBAPIError as error:
            if not is_collision(error) or attempt == TRIES:
                raise
        except Unforeseen:
            log.info("mailing=%d somebody needs a variant more", mailing_id)
    raise FreezeFailed(
        "Readers who need another version kept arriving while the audience was "
        "written down. Nothing was sent; start the mailing again."
    )


def _freeze(
    session: Session,
    settings: Settings,
    mailing_id: int,
    foreseen: Foreseen,
    produced: Mapping[str, ProducedVariant],
    *,
    now: datetime,
) -> None:
    mailing = lock_mailing(session, mailing_id)
    if mailing is None or mailing.state is not MailingState.SCHEDULED:
        return  # frozen already, or called off meanwhile
    number = str(mailing.issue.number)
    stored = {
        variant.key: store_variant(
            session, settings, mailing, produced[variant.key], number=number
        )
        for variant in foreseen.variants
    }
    _write_ledger(session, mailing, foreseen, stored, now=now)
    ranges = ranges_of(session, mailing)
    bundled = _variants_bundled(session, mailing, foreseen)
    cut_chunks(
        session, mailing, ranges, size=settings.chunk_size, state=ChunkState.OPEN
    )
    _keep_those_with_readers(session, foreseen, stored, ranges, bundled)
    mailing.consent_head = consent.head(session, mailing.issue.list_id)
    mailing.frozen_at = now
    mailing.state = MailingState.SENDING
    mailing.reason = ""
    finish_if_complete(session, mailing, now=now)
    log.info("mailing=%d frozen variants=%d", mailing.id, len(ranges))


def _write_ledger(
    session: Session,
    mailing: Mailing,
    foreseen: Foreseen,
    stored: Mapping[str, Variant],
    *,
    now: datetime,
) -> None:
    """One row per candidate; ``seq`` runs through the variants, who is not mailed last.

    Within a variant it runs through small groups of neighbours.
    """
    candidates = candidates_of(mailing.issue, foreseen)
    rows = candidates.rows
    places = [
        (rows.c.variant == place, literal(stored[key].id, Integer))
        for place, key in enumerate(candidates.variants)
    ]
    variant_id = case(*places, else_=null()) if places else NO_NUMBER
    after_all = len(candidates.variants)
    place = case((rows.c.exclusion.is_(None), rows.c.variant))
    seq = func.row_number().over(
        order_by=(
            func.coalesce(place, after_all),
            *in_small_groups(rows.c.subscriber_id),
        )
    )
    write_deliveries(session, mailing, rows, seq=seq, variant_id=variant_id, now=now)


def _variants_bundled(
    session: Session, mailing: Mailing, foreseen: Foreseen
) -> set[int]:
    """Those some readers get by the bundle. Raises Unforeseen."""
    found = set(
        session.scalars(
            select(Delivery.variant_id)
            .where(
                Delivery.mailing_id == mailing.id,
                Delivery.exclusion == Exclusion.BUNDLED,
            )
            .distinct()
        )
    )
    # Nothing is meant for them, or their version was not foreseen.
    if None in found:
        rows = candidates_of(mailing.issue, foreseen).rows
        missed = select(rows.c.edition).where(not_(rows.c.is_foreseen)).limit(1)
        if session.scalar(missed) is not None:
            raise Unforeseen
    return {variant for variant in found if variant is not None}


def _keep_those_with_readers(
    session: Session,
    foreseen: Foreseen,
    stored: Mapping[str, Variant],
    ranges: Sequence[Range],
    bundled: Set[int],
) -> None:
    """Take out what nobody needs; letters go by how many are mailed."""
    readers = dict.fromkeys(bundled, 0) | {
        found.variant_id: found.last - found.first + 1 for found in ranges
    }
    kept = foreseen.read(
        {
            key: readers[variant.id]
            for key, variant in stored.items()
            if variant.id in readers
        }
    )
    labels = {variant.key: variant.label for variant in kept}
    for key, variant in stored.items():
        if key in labels:
            variant.label = labels[key]
        else:
            session.delete(variant)


def planned_variants(
    session: Session, settings: Settings, issue: Issue, *, now: datetime
) -> list[PlannedVariant]:
    """What the issue's readers would get if it were frozen now."""
    today = now.astimezone(settings.timezone).date()
    return plan_variants(session, issue, today=today, zone=settings.timezone)
