"""What a correction says, beside the mailing that carries it."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database.base import Base
from database.types import Json
from newsletter.dispatch.models import Mailing


class Correction(Base):
    """One thing put right in an issue that was mailed; never changed afterwards."""

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("issue_id", "number"),)

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    number: Mapped[int]  # 1, 2, ... within the issue
    item: Mapped[str]  # the id of a block, or a story's slug
    title: Mapped[str]  # what readers knew it by
    story: Mapped[str | None]  # its slug, when the item is or shows a story
    text: Mapped[str]  # Markdown
    # The variants of the issue that hold the item: their readers had it.
    variants: Mapped[list[int]] = mapped_column(Json)

    mailing: Mapped[Mailing] = relationship(lazy="joined")
