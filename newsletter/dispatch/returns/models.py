"""One row per report about a mail: stored first, applied after."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, BigId
from database.types import EnumText
from newsletter.providers.events import EventKind


class ReportedEvent(Base):
    """What a provider reported. Holds no address: only the keyed hash of one.

    No foreign keys: a report may be about a mail we do not know.
    """

    __tablename__ = "event"
    __table_args__ = (
        # Providers repeat themselves, up to dozens of times.
        UniqueConstraint("provider", "key"),
        Index("ix_event_applied_at_id", "applied_at", "id"),  # what waits
        Index("ix_event_address_hash_happened_at", "address_hash", "happened_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    provider: Mapped[str]  # "sendgrid", or "bounces" for a mailbox
    key: Mapped[str]
    kind: Mapped[EventKind] = mapped_column(EnumText(EventKind))
    name: Mapped[str]  # the provider's own word
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]  # None: waits
    mailing_id: Mapped[int | None]  # with seq: the delivery it is about
    seq: Mapped[int | None]
    service_mail_id: Mapped[int | None]  # or the service mail it is about
    address_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    status: Mapped[str] = mapped_column(default="")  # "5.1.1"
    detail: Mapped[str] = mapped_column(default="")  # short, without addresses
