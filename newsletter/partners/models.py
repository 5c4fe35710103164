"""An organisation we exchange stories and share editions with."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database.base import Base
from database.types import Json
from subscribers.models import Sender


class Partner(Base):
    """A partner's brand; the organisation one consents to is its ``sender``.

    ``slug`` is the sender's slug too: rules and files say ``{"partner": "lpb"}``.
    """

    __tablename__ = "partner"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sender_id: Mapped[int] = mapped_column(ForeignKey("sender.id"), unique=True)
    colour: Mapped[str]  # #rrggbb
    logo: Mapped[str]  # media hash
    logo_width: Mapped[int]  # px as stored
    logo_height: Mapped[int]
    # The same for dark screens; None: the first, on white.
    logo_dark: Mapped[str | None]
    logo_dark_width: Mapped[int | None]
    logo_dark_height: Mapped[int | None]
    from_address: Mapped[str | None]  # None: the list's own
    # What may be done with its pieces: ``partners.terms``.
    terms: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime]

    sender: Mapped[Sender] = relationship(lazy="joined")
