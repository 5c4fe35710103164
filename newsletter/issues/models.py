"""An issue: one numbered composition of blocks."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database.base import Base
from database.types import Json
from subscribers.models import MailingList


class Issue(Base):
    """A draft until a mailing exists; then its blocks are never changed again.

    ``blocks`` and ``editions`` hold the shapes of the issue file; only
    ``issues.compose`` and ``issues.files`` write them, after checking.
    """

    __tablename__ = "issue"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id"))
    subject: Mapped[str]
    preheader: Mapped[str]
    language: Mapped[str]
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    editions: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)  # optimistic lock
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    # Set by the start of its mailing: from then on nothing in it may change.
    frozen_at: Mapped[datetime | None]

    mailing_list: Mapped[MailingList] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own name


class IssueVersion(Base):
    """What an issue said from a moment on, and who made it so. Never changed."""

    __tablename__ = "issue_version"

    issue_id: Mapped[int] = mapped_column(
        ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)  # the issue's
    subject: Mapped[str]
    preheader: Mapped[str]
    language: Mapped[str]
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    editions: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    change: Mapped[str]  # ``history.Change``
    about: Mapped[str]
    by: Mapped[str]  # a staff member's address, or "operator"
    # An older version that it equals again: a step back or forward leads there.
    stands_for: Mapped[int | None]
    autosaved: Mapped[bool]  # while somebody typed
    changed_at: Mapped[datetime]


class IssueTemplate(Base):
    """What stays the same from issue to issue, under a name: sections, fixed blocks.

    ``blocks`` and ``editions`` hold the shapes of the issue file.
    """

    __tablename__ = "issue_template"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id"))
    language: Mapped[str]
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    editions: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    by: Mapped[str]
    updated_at: Mapped[datetime]

    mailing_list: Mapped[MailingList] = relationship(lazy="joined")


class Waiver(Base):
    """A person's word that a story may go out without a knowledge link."""

    __tablename__ = "waiver"
    __table_args__ = (UniqueConstraint("issue_id", "story"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id", ondelete="CASCADE"))
    story: Mapped[str]  # slug
    why: Mapped[str]
    by: Mapped[str]
    created_at: Mapped[datetime]
