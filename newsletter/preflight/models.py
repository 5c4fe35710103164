"""What preflight keeps: the links it looked at, and the words editors avoid."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base


class LinkLook(Base):
    """The last look at a link; trusted for 24 hours."""

    __tablename__ = "link_look"

    url: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[int | None]  # HTTP status; None: no answer
    problem: Mapped[str] = mapped_column(default="")
    looked_at: Mapped[datetime]


class JargonWord(Base):
    """A word the editors rather not use, and what to say instead."""

    __tablename__ = "jargon_word"

    word: Mapped[str] = mapped_column(primary_key=True)  # without capitals
    instead: Mapped[str]
    added_at: Mapped[datetime]
