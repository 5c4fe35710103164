"""Read and write a batch of rows with a handful of statements.

This is ``subscriptions``, ``consent`` and ``suppression`` for thousands at a time: the
same rows, the same lines in the ledger, whatever is rare by those rooms themselves.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from database.base import Base
from database.bulk import insert_rows
from subscribers import consent, subscriptions, suppression
from subscribers.imports.decide import Decision, Known
from subscribers.imports.rows import Row
from subscribers.models import (
    ConsentAct,
    ConsentRecord,
    MailingList,
    PartnerConsent,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)


@dataclass(frozen=True)
class Target:
    """What a file is taken into."""

    list_id: int
    sender_id: int  # the list's own
    proof: str  # "" without
    now: datetime


def wait_for_turn(session: Session) -> None:
    """One import writes at a time, until it commits.

    Two that add the same people in another order would wait for each other for ever.
    Sign-ups go on: they only ask that no list is removed.
    """
    session.execute(
        select(MailingList.id).order_by(MailingList.id).with_for_update(key_share=True)
    )


def known_of(session: Session, rows: Sequence[Row], target: Target) -> dict[str, Known]:
    """What we know of each address; six queries however many rows."""
    suppressed = _suppressed(session, rows)
    people = {
        person.address: person
        for person in session.execute(
            select(
                Subscriber.id,
                Subscriber.address,
                Subscriber.name,
                Subscriber.region_code,
                Subscriber.role_mask,
                Subscriber.language,
            ).where(Subscriber.address.in_([row.address for row in rows]))
        )
    }
    ids = [person.id for person in people.values()]
    subscribed = _subscribed(session, ids, target.list_id)
    granted = _granted(session, ids, target.list_id)
    withdrawn = _withdrawn(session, ids, target.list_id)
    known = {}
    for row in rows:
        person = people.get(row.address)
        reason = suppressed.get(row.address_hash)
        if person is None:
            known[row.address] = Known(suppressed=reason)
            continue
        subscription_id, state = subscribed.get(person.id, (None, None))
        known[row.address] = Known(
            subscriber_id=person.id,
            name=person.name,
            region_code=person.region_code,
            role_mask=person.role_mask,
            language=person.language,
            subscription_id=subscription_id,
            state=state,
            suppressed=reason,
            granted=frozenset(granted[person.id]),
            withdrawn=frozenset(withdrawn[person.id]),
        )
    return known


def _suppressed(
    session: Session, rows: Sequence[Row]
) -> dict[bytes, SuppressionReason]:
    hashes = [row.address_hash for row in rows]
    query = select(Suppression.address_hash, Suppression.reason)
    found = session.execute(query.where(Suppression.address_hash.in_(hashes)))
    return {row.address_hash: row.reason for row in found}


def _subscribed(
    session: Session, ids: Sequence[int], list_id: int
) -> dict[int, tuple[int, SubscriptionState]]:
    if not ids:
        return {}
    query = select(
        Subscription.subscriber_id, Subscription.id, Subscription.state
    ).where(Subscription.list_id == list_id, Subscription.subscriber_id.in_(ids))
    # Held until the commit: who leaves meanwhile is not brought back.
    query = query.with_for_update()
    return {person: (number, state) for person, number, state in session.execute(query)}


def _granted(
    session: Session, ids: Sequence[int], list_id: int
) -> defaultdict[int, set[int]]:
    if not ids:
        return defaultdict(set)
    query = select(PartnerConsent.subscriber_id, PartnerConsent.sender_id).where(
        PartnerConsent.list_id == list_id, PartnerConsent.subscriber_id.in_(ids)
    )
    return _grouped(session.execute(query))


def _withdrawn(
    session: Session, ids: Sequence[int], list_id: int
) -> defaultdict[int, set[int]]:
    """Whom they ever said no to: a file cannot undo that, the reader can."""
    if not ids:
        return defaultdict(set)
    query = select(ConsentRecord.subscriber_id, ConsentRecord.sender_id).where(
        ConsentRecord.list_id == list_id,
        ConsentRecord.subscriber_id.in_(ids),
        ConsentRecord.act == ConsentAct.WITHDRAWN,
    )
    return _grouped(session.execute(query))


def _grouped(pairs: Iterable[Any]) -> defaultdict[int, set[int]]:
    grouped: defaultdict[int, set[int]] = defaultdict(set)
    for person, sender in pairs:
        grouped[person].add(sender)
    return grouped


def write(session: Session, decisions: Sequence[Decision], target: Target) -> None:
    """Write what was decided; the caller commits."""
    ids = _write_people(session, decisions, target)
    _write_subscriptions(session, decisions, ids, target)
    _suppress(session, decisions, target)
    _record_consent(session, decisions, ids, target)


def _write_people(
    session: Session, decisions: Sequence[Decision], target: Target
) -> dict[str, int]:
    """Add the new, change the known; every address's id."""
    new = [decision.row for decision in decisions if decision.is_new]
    _insert_missing(
        session,
        Subscriber,
        [
            {
                "address": row.address,
                "address_hash": row.address_hash,
                "name": row.name,
                "region_code": row.region_code,
                "role_mask": row.role_mask,
                "language": row.language,
                "joined_at": row.joined_at or target.now,
            }
            for row in new
        ],
    )
    changed = [
        {
            "id": decision.known.subscriber_id,
            "name": decision.known.name,
            "region_code": decision.known.region_code,
            "role_mask": decision.known.role_mask,
            "language": decision.known.language,
            **decision.details,
        }
        for decision in decisions
        if decision.details and not decision.is_new
    ]
    if changed:
        session.execute(update(Subscriber), changed)
    ids = {
        decision.row.address: decision.known.subscriber_id
        for decision in decisions
        if decision.known.subscriber_id is not None
    }
    if new:
        addresses = [row.address for row in new]
        query = select(Subscriber.address, Subscriber.id)
        found = session.execute(query.where(Subscriber.address.in_(addresses)))
        ids |= {row.address: row.id for row in found}
    return ids


def _write_subscriptions(
    session: Session,
    decisions: Sequence[Decision],
    ids: dict[str, int],
    target: Target,
) -> None:
    now = target.now
    new = []
    for decision in decisions:
        if not decision.changes_state:
            continue
        known, state = decision.known, decision.state
        if known.subscription_id is None:
            joined = decision.row.joined_at or now
            confirmed = state is SubscriptionState.CONFIRMED
            pending = state is SubscriptionState.PENDING
            new.append(
                {
                    "subscriber_id": ids[decision.row.address],
                    "list_id": target.list_id,
                    "state": state,
                    # To us they are new today: retention counts from here.
                    "requested_at": now if pending else joined,
                    "confirmed_at": joined if confirmed else None,
                    "ended_at": now if state is SubscriptionState.ENDED else None,
                }
            )
            continue
        subscription = session.get_one(Subscription, known.subscription_id)
        if state is SubscriptionState.ENDED:
            subscriptions.end(session, subscription, source="import", now=now)
        else:
            subscription.state, subscription.confirmed_at = state, now
    session.flush()
    _insert_missing(session, Subscription, new)


def _suppress(session: Session, decisions: Sequence[Decision], target: Target) -> None:
    wanted = [decision for decision in decisions if decision.suppress]
    note = f"import: {target.proof}" if target.proof else "import"
    _insert_missing(
        session,
        Suppression,
        [
            {
                "address_hash": decision.row.address_hash,
                "reason": decision.suppress,
                "note": note,
                "created_at": target.now,
            }
            for decision in wanted
            if decision.known.suppressed is None
        ],
    )
    for decision in wanted:
        if decision.known.suppressed is not None and decision.suppress is not None:
            suppression.suppress(
                session,
                address_hash=decision.row.address_hash,
                reason=decision.suppress,
                note=note,
                now=target.now,
            )


def _record_consent(
    session: Session,
    decisions: Sequence[Decision],
    ids: dict[str, int],
    target: Target,
) -> None:
    grants = [
        {
            "subscriber_id": ids[decision.row.address],
            "list_id": target.list_id,
            "sender_id": partner,
            "granted_at": target.now,
        }
        for decision in decisions
        for partner in decision.grants
    ]
    _insert_missing(session, PartnerConsent, grants)
    entries = [
        consent.Entry(
            act=ConsentAct.IMPORTED,
            sender_id=sender,
            subscriber_id=ids[decision.row.address],
            address=decision.row.address,
            source="import",
            proof=target.proof,
        )
        for decision in decisions
        for sender in [
            *([target.sender_id] if decision.is_confirmed_now else []),
            *decision.grants,
        ]
    ]
    consent.append(session, entries, list_id=target.list_id, now=target.now)


def _insert_missing(
    session: Session, model: type[Base], rows: Sequence[dict[str, Any]]
) -> None:
    """Insert; a row somebody else added since we looked stays as they made it."""
    table = model.__table__
    assert isinstance(table, Table)
    insert_rows(session, table, rows, skip_existing=True)
