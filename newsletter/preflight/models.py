"""What preflight keeps: the words editors avoid."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base


class JargonWord(Base):
    """A word the editors rather not use, and what to say instead."""

    __tablename__ = "jargon_word"

    word: Mapped[str] = mapped_column(primary_key=True)  # without capitals
    instead: Mapped[str]
    added_at: Mapped[datetime]
