"""Keys made once per installation and kept in the database.

They are not the signing keys of links: those may be changed, these may not. A new
suppression key would forget whom we must never mail.
"""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.models import Secret

SUPPRESSION = "suppression"
CONSENT = "consent"


def key_for(session: Session, name: str) -> bytes:
    """The key of that name, 32 bytes; made the first time it is asked for."""
    key = session.scalar(select(Secret.key).where(Secret.name == name))
    if key is not None:
        return key
    made = Secret(name=name, key=secrets.token_bytes(32))
    session.add(made)
    # Flushed at once: two makers then meet at the primary key, and one fails
    # instead of both going on with a key of their own.
    session.flush()
    return made.key
