"""Write a batch of decisions with a handful of statements.

This is ``subscriptions``, ``consent`` and ``suppression`` for thousands at a time: the
same rows, the same lines in the ledger, whatever is rare by those rooms themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from database.bulk import count_anew, insert_rows, next_ids
from subscribers import consent, subscriptions, suppression
from subscribers.imports.decide import Decision
from subscribers.models import (
    ConsentAct,
    ConsentRecord,
    Frequency,
    MailingList,
    PartnerConsent,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
)

_PEOPLE = cast("Table", Subscriber.__table__)
_SUBSCRIPTIONS = cast("Table", Subscription.__table__)
_SUPPRESSIONS = cast("Table", Suppression.__table__)
_LEDGER = cast("Table", ConsentRecord.__table__)
_GRANTS = cast("Table", PartnerConsent.__table__)
_PERSON: Final = (
    "id",
    "address",
    "address_hash",
    "name",
    "region_code",
    "role_mask",
    "language",
    "joined_at",
)
_SUBSCRIPTION: Final = (
    "subscriber_id",
    "list_id",
    "state",
    "requested_at",
    "confirmed_at",
    "ended_at",
)
_IMPORTED: Final = ConsentAct.IMPORTED
_UNPROVEN: Final = frozenset({SubscriptionState.PENDING, SubscriptionState.QUARANTINED})


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


def write(
    session: Session, decisions: Sequence[Decision], target: Target, number: int
) -> None:
    """Write what was decided, the file's batch of that number; the caller commits.

    An IntegrityError means that somebody signed up since we looked: look again.
    """
    ids = _write_people(session, decisions, target)
    _write_subscriptions(session, decisions, ids, target)
    if number.bit_count() == 1:  # 1, 2, 4, 8, ...: the tables may have doubled
        count_anew(session, [_PEOPLE, _SUBSCRIPTIONS, _LEDGER])
    _suppress(session, decisions, target)
    _record_consent(session, decisions, ids, target)


def _write_people(
    session: Session, decisions: Sequence[Decision], target: Target
) -> list[int]:
    """Add the new, change the known; everybody's id."""
    new = [decision.row for decision in decisions if decision.is_new]
    numbers = next_ids(session, _PEOPLE, len(new)) if new else ()
    insert_rows(
        session,
        _PEOPLE,
        _PERSON,
        [
            (
                number,
                row.address,
                row.address_hash,
                row.name,
                row.region_code,
                row.role_mask,
                row.language,
                row.joined_at or target.now,
            )
            for number, row in zip(numbers, new, strict=True)
        ],
    )
    # By far the most get every issue, which is what a new row says by itself.
    monthly = [
        number
        for number, row in zip(numbers, new, strict=True)
        if row.frequency is Frequency.MONTHLY
    ]
    if monthly:
        session.execute(
            update(Subscriber)
            .where(Subscriber.id.in_(monthly))
            .values(frequency=Frequency.MONTHLY)
            .execution_options(synchronize_session=False)
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
        if decision.details
    ]
    if changed:
        session.execute(update(Subscriber), changed)
    given = iter(numbers)
    return [decision.known.subscriber_id or next(given) for decision in decisions]


def _write_subscriptions(
    session: Session,
    decisions: Sequence[Decision],
    ids: Sequence[int],
    target: Target,
) -> None:
    now, new = target.now, []
    for subscriber_id, decision in zip(ids, decisions, strict=True):
        if not decision.changes_state:
            continue
        state, subscription_id = decision.state, decision.known.subscription_id
        if subscription_id is None:
            joined = decision.row.joined_at or now
            is_over = state is SubscriptionState.ENDED
            new.append(
                (
                    subscriber_id,
                    target.list_id,
                    state,
                    # To us they are new today: retention counts from here.
                    now if state in _UNPROVEN else joined,
                    joined if state is SubscriptionState.CONFIRMED else None,
                    _left_at(decision, target) if is_over else None,
                )
            )
            continue
        subscription = session.get_one(Subscription, subscription_id)
        if state is SubscriptionState.ENDED:
            subscriptions.end(session, subscription, source="import", now=now)
        else:
            subscription.state, subscription.confirmed_at = state, now
    session.flush()
    insert_rows(session, _SUBSCRIPTIONS, _SUBSCRIPTION, new)


def _left_at(decision: Decision, target: Target) -> datetime:
    return decision.row.left_at or target.now


def _suppress(session: Session, decisions: Sequence[Decision], target: Target) -> None:
    note = f"import: {target.proof}" if target.proof else "import"
    for decision in decisions:
        if decision.suppress is not None and decision.known.suppressed is not None:
            suppression.suppress(
                session,
                address_hash=decision.row.address_hash,
                reason=decision.suppress,
                note=note,
                now=target.now,
            )
    insert_rows(
        session,
        _SUPPRESSIONS,
        ("address_hash", "reason", "note", "created_at"),
        [
            (
                decision.row.address_hash,
                decision.suppress,
                note,
                _left_at(decision, target),
            )
            for decision in decisions
            if decision.suppress is not None and decision.known.suppressed is None
        ],
        skip_existing=True,  # it bounced meanwhile
    )


def _record_consent(
    session: Session,
    decisions: Sequence[Decision],
    ids: Sequence[int],
    target: Target,
) -> None:
    list_id, own, proof = target.list_id, target.sender_id, target.proof
    grants, entries = [], []
    for subscriber_id, decision in zip(ids, decisions, strict=True):
        address = decision.row.address
        senders = decision.grants
        for partner in senders:
            grants.append((subscriber_id, list_id, partner, target.now))
        if decision.is_confirmed_now:
            senders = (own, *senders)
        for sender in senders:
            entries.append(
                consent.Entry(
                    _IMPORTED, sender, subscriber_id, address, "import", None, proof
                )
            )
    insert_rows(
        session,
        _GRANTS,
        ("subscriber_id", "list_id", "sender_id", "granted_at"),
        grants,
        skip_existing=True,  # they said so themselves meanwhile
    )
    consent.append(session, entries, list_id=list_id, now=target.now)
