"""Writing reports down, each once, before anything is done with them."""

import re
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from newsletter.dispatch.returns.models import ReportedEvent
from newsletter.jobs.queue import enqueue
from newsletter.providers.events import Event, EventKind
from subscribers import addresses, secrets

APPLY = "apply-events"  # the kind of the job
_QUIET = frozenset({EventKind.TAKEN, EventKind.DELIVERED})
_DELIVERY = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_SERVICE_MAIL = re.compile(r"service-([0-9]{1,9})")


def store(
    session: Session, provider: str, events: Iterable[Event], *, now: datetime
) -> int:
    """Store the reports not seen before and queue the job that applies them.

    Returns how many were new. An address is stored as its keyed hash.
    """
    key = secrets.key_for(session, secrets.SUPPRESSION)
    rows = {event.key: _row(provider, event, key, now=now) for event in events}
    ordered = [rows[name] for name in sorted(rows)]  # two posts at once never deadlock
    new = 0
    if ordered:
        made = session.execute(_insert_new(session.get_bind().dialect), ordered)
        new = len(made.all())
    if new:
        enqueue(session, APPLY, {}, now=now)
    return new


def delivery_of(text: str | None) -> tuple[int, int] | None:
    """Mailing and seq of our own id; None for a test mail, and for anything else."""
    found = _DELIVERY.fullmatch(text or "")
    return (int(found[1]), int(found[2])) if found else None


def service_mail_of(text: str | None) -> int | None:
    """The number of our service mail; None for anything else."""
    found = _SERVICE_MAIL.fullmatch(text or "")
    return int(found[1]) if found else None


def _row(
    provider: str, event: Event, key: bytes, *, now: datetime
) -> dict[str, object]:
    mailing_id, seq = delivery_of(event.delivery) or (None, None)
    # With an id the ledger knows the hash; without one it is how we may find the mail.
    lost = event.delivery is None and event.address is not None
    return {
        "provider": provider,
        "key": event.key,
        "kind": event.kind,
        "name": event.name,
        "happened_at": event.at,
        "received_at": now,
        "mailing_id": mailing_id,
        "seq": seq,
        "service_mail_id": service_mail_of(event.delivery),
        "address_hash": _hash(key, event.address or "") if lost else None,
        "status": event.status,
        # A server's "thank you, queued as ..." is not worth keeping a million times.
        "detail": event.detail if event.kind not in _QUIET else "",
    }


def _hash(key: bytes, address: str) -> bytes | None:
    try:
        return addresses.hash_address(key, addresses.normalise(address))
    except addresses.BadAddress:
        return None


def _insert_new(dialect: Dialect) -> ReturningInsert[tuple[int]]:
    # Given many rows, SQLAlchemy sends them by hundreds; a statement written for all
    # of them would be compiled anew for each post.
    insert = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    return insert(ReportedEvent).on_conflict_do_nothing().returning(ReportedEvent.id)
