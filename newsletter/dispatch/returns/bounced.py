"""A bounce that came back by mail, as a report to store."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.dispatch.returns.store import delivery_of, service_mail_of, store
from newsletter.providers.bounces.bounce import Bounce, BounceKind
from newsletter.providers.events import Event, EventKind, short

PROVIDER = "bounces"
# An answer from somebody's holiday, or nothing at all, is no report.
_KINDS: Mapping[BounceKind, EventKind] = {
    BounceKind.HARD: EventKind.HARD_BOUNCE,
    BounceKind.SOFT: EventKind.SOFT_BOUNCE,
    BounceKind.COMPLAINT: EventKind.COMPLAINT,
}


def take(session: Session, bounce: Bounce, raw: bytes, *, now: datetime) -> bool:
    """Store it when it may be acted upon; False when it is nothing, or not ours.

    Only a genuine return address makes it ours: anybody can write a bounce.
    """
    kind = _KINDS.get(bounce.kind)
    ours = delivery_of(bounce.delivery) or service_mail_of(bounce.delivery)
    if kind is None or ours is None:
        return False
    event = Event(
        key=_key(bounce, raw),
        kind=kind,
        name=bounce.kind.value,
        at=now,  # a mail's own date is whatever its writer liked
        delivery=bounce.delivery,
        address=None,
        status=bounce.status,
        detail=short(bounce.diagnostic),
    )
    store(session, PROVIDER, [event], now=now)
    return True


def _key(bounce: Bounce, raw: bytes) -> str:
    """The same report, by file and from a mailbox, has the same key."""
    own = bounce.message_id.encode() or raw.replace(b"\r\n", b"\n").strip()
    words = f"{bounce.delivery} {bounce.kind} ".encode() + own
    return "sha256:" + hashlib.sha256(words).hexdigest()
