"""The feed a partner gets from us."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database.base import Base
from newsletter.partners.models import Partner


class FeedOut(Base):
    """One address handed to one partner; revoked, it opens no more.

    The address holds a signed token with this row's number, so there is no secret here.
    """

    __tablename__ = "feed_out"

    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    partner: Mapped[Partner] = relationship(lazy="joined")
