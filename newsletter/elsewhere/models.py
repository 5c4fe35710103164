"""What we know of links we looked at."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base


class LinkLook(Base):
    """The last look at a link, without its fragment."""

    __tablename__ = "link_look"

    url: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[int | None]  # HTTP status; None: no answer
    problem: Mapped[str] = mapped_column(default="")
    looked_at: Mapped[datetime]
    # The first of the looks that failed without one between them that did not.
    failing_since: Mapped[datetime | None]
