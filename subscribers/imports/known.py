"""What we know already of the people in a batch of rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.bulk import rows_among
from subscribers.imports.decide import STRANGER, Known
from subscribers.imports.rows import Row
from subscribers.models import (
    ConsentAct,
    ConsentRecord,
    PartnerConsent,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)

_PERSON = (
    Subscriber.id,
    Subscriber.address,
    Subscriber.name,
    Subscriber.region_code,
    Subscriber.role_mask,
    Subscriber.language,
)


def known_of(session: Session, rows: Sequence[Row], list_id: int) -> list[Known]:
    """What we know of each row's address; at most six queries however many rows."""
    suppressed = _suppressed(session, rows)
    people = _people(session, rows)
    if not people and not suppressed:
        return [STRANGER] * len(rows)
    ids = [person[0] for person in people.values()]
    subscribed = _subscribed(session, ids, list_id)
    granted = _granted(session, ids, list_id)
    withdrawn = _withdrawn(session, ids, list_id)
    known = []
    for row in rows:
        person = people.get(row.address)
        reason = suppressed.get(row.address_hash)
        if person is None:
            known.append(Known(suppressed=reason) if reason else STRANGER)
            continue
        number, _, name, region_code, role_mask, language = person
        subscription_id, state = subscribed.get(number, (None, None))
        known.append(
            Known(
                subscriber_id=number,
                name=name,
                region_code=region_code,
                role_mask=role_mask,
                language=language,
                subscription_id=subscription_id,
                state=state,
                suppressed=reason,
                granted=frozenset(granted[number]),
                withdrawn=frozenset(withdrawn[number]),
            )
        )
    return known


def _suppressed(
    session: Session, rows: Sequence[Row]
) -> dict[bytes, SuppressionReason]:
    found = rows_among(
        session,
        [Suppression.address_hash, Suppression.reason],
        Suppression.address_hash,
        [row.address_hash for row in rows],
    )
    return {bytes(hashed): SuppressionReason(reason) for hashed, reason in found}


def _people(session: Session, rows: Sequence[Row]) -> dict[str, Sequence[Any]]:
    addresses = [row.address for row in rows]
    found = rows_among(session, _PERSON, Subscriber.address, addresses)
    return {person[1]: person for person in found}


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
