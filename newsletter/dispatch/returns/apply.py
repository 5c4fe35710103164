"""Applying what was reported: the ledger moves, and who is gone is mailed no more.

Each report is applied once. Any order gives the same, because the ledger's table lets
a delivery go only one way (``dispatch.moves``): a late *delivered* changes nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.moves import move
from newsletter.dispatch.returns.consequences import bear
from newsletter.dispatch.returns.models import ReportedEvent
from newsletter.dispatch.returns.stopping import stop_what_goes_wrong, suspects
from newsletter.dispatch.returns.store import APPLY
from newsletter.dispatch.states import TO, DeliveryState
from newsletter.jobs.context import Context
from newsletter.jobs.models import Job, JobState
from newsletter.jobs.queue import NotNow
from newsletter.providers.events import EventKind
from newsletter.settings import SoftBounces

AT_ONCE = 500  # reports per transaction: SQLite has one writer, and others wait
LOOK_AGAIN_SECONDS = 30

# A bounce that lost our id came back at most this long after its mail: servers try for
# three to five days.
WINDOW = timedelta(days=7)

_BECOMES: Mapping[EventKind, DeliveryState] = {
    EventKind.TAKEN: DeliveryState.ACCEPTED,
    EventKind.DELIVERED: DeliveryState.DELIVERED,
    EventKind.HARD_BOUNCE: DeliveryState.BOUNCED,
    EventKind.SOFT_BOUNCE: DeliveryState.BOUNCED,
    EventKind.DROPPED: DeliveryState.REFUSED,
    EventKind.COMPLAINT: DeliveryState.COMPLAINED,
}
_Key = tuple[int, int]  # mailing, seq


@dataclass(frozen=True)
class Applied:
    """How many reports were applied, and how many wait for a mail still on the wire."""

    applied: int
    waiting: int


def apply_events(context: Context, _payload: dict[str, Any]) -> None:
    """The function of the job ``apply-events``. Raises NotNow while some must wait."""
    done = apply_waiting(
        context.database, context.settings.soft_bounces, now=context.now()
    )
    if not done.waiting:
        return
    with context.database.read() as session:
        another = select(Job.id).where(Job.kind == APPLY, Job.state == JobState.WAITING)
        if session.scalar(another.limit(1)) is not None:
            return  # one that looks again is enough
    raise NotNow(
        f"{done.waiting} reports wait for mails still on their way.",
        seconds=LOOK_AGAIN_SECONDS,
    )


def apply_waiting(
    database: Database, soft_bounces: SoftBounces, *, now: datetime
) -> Applied:
    """Apply every stored report that can be; commits after each 500.

    One about a delivery that is still *sending* stays: the ledger first has to say
    what the provider answered.
    """
    applied = waiting = last = 0
    suspected: set[int] = set()
    while True:
        with database.write.begin() as session:
            events = session.scalars(
                select(ReportedEvent)
                .where(ReportedEvent.applied_at.is_(None), ReportedEvent.id > last)
                .order_by(ReportedEvent.id)
                .limit(AT_ONCE)
                .with_for_update(skip_locked=True)
            ).all()
            if not events:
                break
            last = events[-1].id
            done = _apply(session, events, soft_bounces, now=now)
            suspected |= suspects(events)
        applied += done
        waiting += len(events) - done
    stop_what_goes_wrong(database, suspected)
    return Applied(applied, waiting)


def _apply(
    session: Session,
    events: Iterable[ReportedEvent],
    soft_bounces: SoftBounces,
    *,
    now: datetime,
) -> int:
    keys = {event.id: _key(session, event) for event in events}
    states = _hold(session, {key for key in keys.values() if key})
    before = dict(states)
    details: dict[_Key, str] = {}
    done = []
    for event in events:
        key = keys[event.id]
        state = states.get(key) if key else None
        if state is DeliveryState.SENDING:
            continue
        becomes = _BECOMES.get(event.kind)
        if key and state and becomes and becomes in TO[state]:
            states[key] = becomes
            details[key] = event.detail
        done.append(event)
    _move(session, before, states, details, now=now)
    session.execute(
        update(ReportedEvent)
        .where(ReportedEvent.id.in_([event.id for event in done]))
        .values(applied_at=now)
        .execution_options(synchronize_session=False)
    )
    for event in done:
        bear(session, event, keys[event.id], soft_bounces, now=now)
    return len(done)


def _move(
    session: Session,
    before: Mapping[_Key, DeliveryState],
    after: Mapping[_Key, DeliveryState],
    details: Mapping[_Key, str],
    *,
    now: datetime,
) -> None:
    """From where each stood to where it ended, those alike in one statement."""
    alike: dict[tuple[int, DeliveryState, DeliveryState, str], list[int]]
    alike = defaultdict(list)
    for (mailing_id, seq), state in after.items():
        come_from = before[mailing_id, seq]
        if state is not come_from:
            alike[mailing_id, come_from, state, details[mailing_id, seq]].append(seq)
    for (mailing_id, come_from, state, detail), seqs in alike.items():
        move(
            session,
            mailing_id,
            come_from,
            state,
            Delivery.seq.in_(seqs),
            now=now,
            detail=detail,
        )


def _hold(session: Session, keys: set[_Key]) -> dict[_Key, DeliveryState]:
    """The states of these deliveries, nobody else's to change until we commit."""
    seqs: dict[int, list[int]] = defaultdict(list)
    for mailing_id, seq in sorted(keys):
        seqs[mailing_id].append(seq)
    return {
        (mailing_id, seq): state
        for mailing_id, some in seqs.items()
        for seq, state in session.execute(
            select(Delivery.seq, Delivery.state)
            .where(
                Delivery.mailing_id == mailing_id,
                Delivery.seq.in_(some),
                Delivery.state.is_not(None),
            )
            .order_by(Delivery.seq)
            .with_for_update()
        )
        if state is not None
    }


def _key(session: Session, event: ReportedEvent) -> _Key | None:
    """Which delivery a report is about; by the address only when our id was lost."""
    if event.mailing_id is not None and event.seq is not None:
        return event.mailing_id, event.seq
    if event.service_mail_id is not None or event.address_hash is None:
        return None
    found = session.execute(
        select(Delivery.mailing_id, Delivery.seq)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(
            Delivery.address_hash == event.address_hash,
            Delivery.state.is_not(None),
            Mailing.frozen_at.between(event.happened_at - WINDOW, event.happened_at),
        )
        .order_by(Mailing.frozen_at.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    event.mailing_id, event.seq = found
    return event.mailing_id, event.seq
