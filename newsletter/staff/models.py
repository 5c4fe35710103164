"""The people who make the newsletter, and what they did."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database.base import Base, BigId
from database.types import EnumText


class StaffRole(StrEnum):
    EDITOR = "editor"  # fills the library, composes and sends
    CHIEF = "chief"  # an editor who also looks after readers and staff
    BOARD = "board"  # a local board: one region
    PARTNER = "partner"  # a partner's own people
    OPERATOR = "operator"  # runs the installation


class Staff(Base):
    """Somebody who may enter a desk."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    role: Mapped[StaffRole] = mapped_column(EnumText(StaffRole))
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    created_at: Mapped[datetime]


class SignInLink(Base):
    """A link that signs somebody in once; only a hash of its secret is kept."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    used_at: Mapped[datetime | None]


class StaffSession(Base):
    """A browser that is signed in; deleting the row signs it out."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    valid_until: Mapped[datetime]

    staff: Mapped[Staff] = relationship(lazy="joined")


class AuditLine(Base):
    """Who did what, when. Never an address of a reader."""

    __tablename__ = "audit_line"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]  # a staff e-mail, or "operator"
    act: Mapped[str]  # "mailing.start", "issue.import"
    subject: Mapped[str]  # "issue 42"
    note: Mapped[str] = mapped_column(default="")
    staff_id: Mapped[int | None] = mapped_column(BigInteger)
