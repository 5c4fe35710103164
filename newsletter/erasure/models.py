"""Whom a provider must still forget."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, BigId


class Erasure(Base):
    """One address that the provider is asked to forget; emptied once it was asked."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # Nobody who looks through the tables or a backup reads whom we forgot.
    sealed: Mapped[bytes | None]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
