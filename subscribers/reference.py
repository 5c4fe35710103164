"""What every installation begins with: its keys, the regions and the usual roles."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers import region_files, roles, secrets
from subscribers.models import Region, Role

ROLES = (
    "Wijkambtenaar",
    "Opbouwwerker",
    "Sociaal werker",
    "Bewoner",
    "Corporatie",
    "Sociaal ondernemer",
    "Onderzoeker",
    "Beleidsmaker",
)


def load_reference(session: Session) -> None:
    """Make the keys, load the shipped regions and roles; safe to repeat.

    Only what was never loaded is: an operator's newer regions and own roles stay.
    """
    for name in (secrets.SUPPRESSION, secrets.CONSENT):
        secrets.key_for(session, name)  # now, so that reading never has to write
    if session.scalar(select(Region.code).limit(1)) is None:
        region_files.load(session)
    if session.scalar(select(Role.id).limit(1)) is None:
        for name in ROLES:
            roles.add_role(session, name=name)
