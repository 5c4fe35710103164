"""Who approved an issue, by which link, and what they remarked."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base
from database.types import Json


class ApprovalLink(Base):
    """A secret link for somebody without an account: it expires and can be revoked.

    Forgotten a year after it was made, with what was said and done by it.
    """

    __tablename__ = "approval_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str]
    language: Mapped[str]
    invited_by: Mapped[str]  # a staff e-mail, or "operator"
    created_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Approval(Base):
    """One person's yes to what an issue would mail at that moment."""

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), index=True
    )
    by: Mapped[str]  # an e-mail, or "operator"
    link_id: Mapped[int | None] = mapped_column(
        ForeignKey("approval_link.id", ondelete="CASCADE")
    )
    # What was seen, as hashes by part (workflow.content): a change is named by them.
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    sha256: Mapped[str]  # over all of it
    readers: Mapped[int]  # who would have been mailed then
    counts: Mapped[dict[str, int]] = mapped_column(Json)  # the same by variant's key
    approved_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Remark(Base):
    """What somebody said of one block, or of the whole issue."""

    __tablename__ = "remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), index=True
    )
    link_id: Mapped[int | None] = mapped_column(
        ForeignKey("approval_link.id", ondelete="CASCADE")
    )
    by: Mapped[str]
    block: Mapped[str]  # its id; "" is the whole issue
    text: Mapped[str]
    made_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str | None]
