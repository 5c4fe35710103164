"""What every installation begins with: the regions and the usual roles."""

from sqlalchemy.orm import Session


def load_reference(session: Session) -> None:
    """Load the shipped regions and roles; safe to repeat, changes no one's choices."""
