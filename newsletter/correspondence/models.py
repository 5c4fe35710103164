"""Service mail: mail caused by one person's act."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, BigId
from database.types import EnumText, Json


class ServiceMailState(StrEnum):
    WAITING = "waiting"  # its job will hand it over
    SENT = "sent"  # the provider took it
    REFUSED = "refused"  # the provider will not have it


class ServiceMail(Base):
    """One mail to one person; ``address`` and ``values`` are emptied once final."""

    __tablename__ = "service_mail"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str]  # a folder of templates/service
    address: Mapped[str | None]
    # What suppressions know it by, for a mail that comes back; kept for a while.
    address_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    language: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[ServiceMailState] = mapped_column(EnumText(ServiceMailState))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
