"""The feeds we ask, what their sources say of each piece, and what pieces are made of.

``newsletter.library`` holds the piece itself.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    UniqueConstraint,
    and_,
    exists,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database.base import Base
from database.types import EnumText, Json
from newsletter.exchange.troubles import Trouble
from newsletter.library.models import LibraryItem
from newsletter.partners.models import Partner


class PartnerFeed(Base):
    """One address of a partner that is asked for new pieces."""

    __tablename__ = "feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    url: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(default="")  # what it calls itself
    # What the server gave with the last answer, to ask for changes only.
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_hash: Mapped[str | None]  # of that answer: many servers know neither
    asked_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    trouble: Mapped[Trouble | None] = mapped_column(EnumText(Trouble))
    detail: Mapped[str] = mapped_column(default="")
    next_at: Mapped[datetime] = mapped_column(index=True)
    stopped_at: Mapped[datetime | None]  # by staff, or because it is gone
    created_at: Mapped[datetime]

    partner: Mapped[Partner] = relationship(lazy="joined")


class SourceState(StrEnum):
    TAKEN = "taken"  # it is in the library as the partner's
    OWN = "own"  # a story of ours that came back: nothing was added
    DOUBLE = "double"  # the library has it already, from elsewhere
    REFUSED = "refused"  # the library cannot hold it


class SourceItem(Base):
    """One entry of a feed: what its source says now, and what we last made even.

    Ours are the library item's own values; a field we changed is one whose value is no
    longer what ``prints`` remembers.
    """

    __tablename__ = "source_item"
    __table_args__ = (UniqueConstraint("feed_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id"))
    key: Mapped[str]  # the GUID, with something behind it where a GUID was used twice
    state: Mapped[SourceState] = mapped_column(EnumText(SourceState))
    item_id: Mapped[int | None] = mapped_column(
        ForeignKey("library_item.id"), index=True
    )
    source: Mapped[dict[str, Any]] = mapped_column(Json)  # as last fetched
    taken: Mapped[dict[str, Any]] = mapped_column(Json)  # as last taken over or decided
    prints: Mapped[dict[str, Any]] = mapped_column(Json)  # field -> hash of our value
    position: Mapped[int | None]  # in the last document; None: out of its view
    first_seen_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]  # the source changed and nobody decided yet
    changes: Mapped[int] = mapped_column(default=0)  # in a row, poll after poll
    is_kept: Mapped[bool] = mapped_column(default=False)  # ours, whatever it says next
    gone_at: Mapped[datetime | None]  # from the feed
    image_wanted: Mapped[str | None]  # its address, until it was fetched or refused

    feed: Mapped[PartnerFeed] = relationship(lazy="joined")
    item: Mapped[LibraryItem | None] = relationship()

    @property
    def leads(self) -> bool:
        """Whether its piece follows it: brought by it, and still its partner's.

        An editor may have made the piece one with another, or somebody else's.
        """
        return (
            self.state is SourceState.TAKEN
            and self.item is not None
            and self.item.partner_id == self.feed.partner_id
        )


def leading() -> ColumnElement[bool]:
    """``SourceItem.leads``, asked of the database."""
    return and_(
        SourceItem.state == SourceState.TAKEN,
        exists().where(
            LibraryItem.id == SourceItem.item_id,
            PartnerFeed.id == SourceItem.feed_id,
            LibraryItem.partner_id == PartnerFeed.partner_id,
        ),
    )


class Print(Base):
    """That a piece's sentences are known, and as of when."""

    __tablename__ = "piece_print"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("library_item.id", ondelete="CASCADE"), primary_key=True
    )
    made_at: Mapped[datetime]


class Sentence(Base):
    """A long sentence of a piece, by its hash: who copies a text copies these."""

    __tablename__ = "piece_sentence"

    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    item_id: Mapped[int] = mapped_column(
        ForeignKey("library_item.id", ondelete="CASCADE"), primary_key=True, index=True
    )
