"""What every installation begins with: the regions and the usual roles."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers import region_files, roles
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
    """Load the shipped regions and roles; safe to repeat, changes no one's choices.

    Only what was never loaded is: an operator's newer regions and own roles stay.
    """
    if session.scalar(select(Region.code).limit(1)) is None:
        region_files.load(session)
    if session.scalar(select(Role.id).limit(1)) is None:
        for name in ROLES:
            roles.add_role(session, name=name)
