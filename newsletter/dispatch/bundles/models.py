"""What makes a mailing a bundle, beside the mailing that carries it."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database.base import Base
from newsletter.dispatch.models import Mailing
from subscribers.models import MailingList


class Bundle(Base):
    """One list's bundle of one month; never changed afterwards."""

    __tablename__ = "bundle"
    # Whatever two workers do at once: a list has one bundle a month.
    __table_args__ = (UniqueConstraint("list_id", "month"),)

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id"))
    month: Mapped[str]  # "2026-11"
    # What people and addresses call it: the month, and for every list but the
    # installation's first its slug behind it: "2026-11-wijkpost".
    number: Mapped[str] = mapped_column(unique=True)
    # Issues frozen before this moment are in it or in an earlier one; the others wait
    # for the next.
    until: Mapped[datetime]

    mailing: Mapped[Mailing] = relationship(lazy="joined")
    mailing_list: Mapped[MailingList] = relationship(lazy="joined")
