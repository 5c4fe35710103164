"""Never mail this address: known by keyed hash, outlives the person, beats consent."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from subscribers import addresses, secrets, typed
from subscribers.errors import SubscribersError
from subscribers.models import Suppression, SuppressionReason

# A graver reason replaces a lighter one; never the other way round.
_GRAVITY = (
    SuppressionReason.LEFT,
    SuppressionReason.ERASED,
    SuppressionReason.BOUNCED,
    SuppressionReason.COMPLAINED,
    SuppressionReason.STAFF,
)

# What the reader said, the reader may take back by signing up and confirming. What
# the mailbox or a person decided, only staff can.
OWN_DECISION = frozenset({SuppressionReason.LEFT, SuppressionReason.ERASED})
NOTE_MOST = 500


class NotSuppressed(SubscribersError):
    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is not suppressed; there is nothing to lift.")


def hash_of(session: Session, address: str) -> bytes:
    """The keyed hash of a normalised address."""
    return addresses.hash_address(
        secrets.key_for(session, secrets.SUPPRESSION), address
    )


def suppress(
    session: Session,
    *,
    address: str | None = None,
    address_hash: bytes | None = None,
    reason: SuppressionReason,
    note: str = "",
    now: datetime,
) -> Suppression:
    """Never mail this address again; give it, or the hash we know it by."""
    if address_hash is None:
        if address is None:
            raise ValueError("Give an address or its hash.")
        address_hash = hash_of(session, address)
    note = typed.line_or_none(note, what="note", most=NOTE_MOST) or ""
    known = session.get(Suppression, address_hash)
    if known is None:
        made = Suppression(
            address_hash=address_hash, reason=reason, note=note, created_at=now
        )
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError:
            # A button pressed twice: the other one was first.
            known = session.get_one(Suppression, address_hash)
        else:
            return made
    if _GRAVITY.index(reason) > _GRAVITY.index(known.reason):
        known.reason, known.note, known.created_at = reason, note, now
    session.flush()
    return known


def reason_for(session: Session, address_hash: bytes) -> SuppressionReason | None:
    """Why the address is never mailed; None when it may be."""
    known = session.get(Suppression, address_hash)
    return known.reason if known else None


def lift(session: Session, *, address: str, why: str) -> SuppressionReason:
    """Staff lifts a suppression, whatever its reason, and says why.

    Returns the reason there was. The caller keeps the why: a suppression that is gone
    cannot.
    """
    typed.line(why, what="reason why", most=NOTE_MOST)
    known = session.get(Suppression, hash_of(session, address))
    if known is None:
        raise NotSuppressed(address)
    session.delete(known)
    session.flush()
    return known.reason


def lift_by_owner(session: Session, address_hash: bytes) -> bool:
    """The mailbox's owner confirmed a new sign-up. False: it must stay suppressed."""
    known = session.get(Suppression, address_hash)
    if known is None:
        return True
    if known.reason not in OWN_DECISION:
        return False
    session.delete(known)
    session.flush()
    return True
