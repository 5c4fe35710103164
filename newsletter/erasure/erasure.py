"""Written in the transaction that erases a person, done by a job after it.

The address outlives the person here for as long as the provider must still be asked:
usually seconds, a day when it is away, and at most 30 days when it will not do it.
"""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import update
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.erasure.models import Erasure
from newsletter.jobs.context import Context
from newsletter.jobs.queue import enqueue
from newsletter.providers import open_provider
from subscribers import secrets

ERASE = "provider-erasure"  # the kind of job
KEEP_DAYS = 30


def ask_to_erase(session: Session, address: str, *, now: datetime) -> None:
    """Have the provider forget an address, by a job of this transaction."""
    erasure = Erasure(sealed=_seal(session).encrypt(address.encode()), asked_at=now)
    session.add(erasure)
    session.flush()
    enqueue(session, ERASE, {"erasure": erasure.id}, now=now)


def erase_at_provider(context: Context, payload: dict[str, Any]) -> None:
    """The function of the job ``provider-erasure``; asking twice is harmless.

    Raises ProviderBusy or ProviderMisconfigured when it must be tried again.
    """
    number = int(payload["erasure"])
    with context.database.read() as session:
        erasure = session.get(Erasure, number)
        if erasure is None or erasure.sealed is None:
            return
        address = _seal(session).decrypt(erasure.sealed).decode()
    provider = open_provider(context.settings)
    try:
        provider.erase(address)
    finally:
        provider.close()
    with context.database.write.begin() as session:
        done = session.get_one(Erasure, number)
        done.sealed, done.done_at = None, context.now()


def _seal(session: Session) -> Fernet:
    key = secrets.key_for(session, secrets.SUPPRESSION)
    return Fernet(urlsafe_b64encode(hmac.digest(key, b"erasure", "sha256")))


def forget_undone(database: Database, *, now: datetime) -> None:
    """Empty the addresses that a provider would not forget for 30 days."""
    with database.write.begin() as session:
        session.execute(
            update(Erasure)
            .where(
                Erasure.sealed.is_not(None),
                Erasure.asked_at < now - timedelta(days=KEEP_DAYS),
            )
            .values(sealed=None)
            .execution_options(synchronize_session=False)
        )
