"""Stories, and the knowledge they are linked to."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database.base import Base
from database.types import EnumText, Json, JsonOrNone
from newsletter.partners.models import Partner


class ItemKind(StrEnum):
    STORY = "story"  # a piece from practice, ours or a partner's
    RESEARCH = "research"
    METHOD = "method"
    THEORY = "theory"
    HISTORY = "history"
    COLUMN = "column"
    EVENT = "event"


KNOWLEDGE_KINDS = frozenset(ItemKind) - {ItemKind.STORY}


class Relation(StrEnum):
    """How a story stands to a knowledge item."""

    ILLUSTRATES = "illustrates"
    SUPPORTS = "supports"
    ELABORATES = "elaborates"
    NUANCES = "nuances"  # nuances or contradicts
    USES_METHOD = "uses-method"


class LibraryItem(Base):
    """A story or a knowledge item; ``kind`` says which. One slug for one piece."""

    __tablename__ = "library_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[ItemKind] = mapped_column(EnumText(ItemKind))
    title: Mapped[str]
    summary: Mapped[str]  # one or two sentences, plain text
    body: Mapped[str]  # HTML, sanitised and of limited depth
    language: Mapped[str] = mapped_column(default="nl")
    url: Mapped[str | None]  # where it was published first (canonical)
    published_on: Mapped[date | None]
    people: Mapped[list[str]] = mapped_column(Json)
    regions: Mapped[list[str]] = mapped_column(Json)  # CBS codes
    themes: Mapped[list[str]] = mapped_column(Json)
    image: Mapped[str | None]  # media hash
    image_alt: Mapped[str | None]  # "" is decoration, decided; None is undecided
    image_width: Mapped[int | None]
    image_height: Mapped[int | None]
    image_credit: Mapped[str | None]  # who made it, as it is printed
    source: Mapped[str | None]  # who made the piece, when that is no partner
    licence: Mapped[str | None]  # what others may do with it: "CC BY 4.0"
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    # Both are worked out by ``library.index`` from all the rest. The index over
    # ``stems`` is the database's own, and asked by nothing but that module.
    stems: Mapped[str] = mapped_column(default="", deferred=True)
    minutes: Mapped[int] = mapped_column(default=1)  # how long it reads
    # Its own terms, in place of its partner's: ``library.terms`` says which count.
    terms: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNone)
    withdrawn_at: Mapped[datetime | None]  # by whose it is: it goes out no more
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    partner: Mapped[Partner | None] = relationship(lazy="joined")
    links: Mapped[list["KnowledgeLink"]] = relationship(
        foreign_keys="KnowledgeLink.story_id", order_by="KnowledgeLink.id"
    )

    # Kept by ``library.addresses``.
    addresses: Mapped[list["LibraryAddress"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def is_story(self) -> bool:
        return self.kind is ItemKind.STORY


class LibraryAddress(Base):
    """One web address a piece leads to, without its fragment."""

    __tablename__ = "library_address"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("library_item.id", ondelete="CASCADE"), primary_key=True
    )
    url: Mapped[str] = mapped_column(primary_key=True, index=True)


class KnowledgeLink(Base):
    """Story -> knowledge item, with a relation and a one-sentence why."""

    __tablename__ = "knowledge_link"
    __table_args__ = (UniqueConstraint("story_id", "knowledge_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    story_id: Mapped[int] = mapped_column(ForeignKey("library_item.id"))
    knowledge_id: Mapped[int] = mapped_column(ForeignKey("library_item.id"), index=True)
    relation: Mapped[Relation] = mapped_column(EnumText(Relation))
    why: Mapped[str]
    created_at: Mapped[datetime]

    knowledge: Mapped[LibraryItem] = relationship(foreign_keys=[knowledge_id])
    story: Mapped[LibraryItem] = relationship(foreign_keys=[story_id], overlaps="links")


class VersionKind(StrEnum):
    """How a version of a piece came to be."""

    ADDED = "added"
    CHANGED = "changed"
    RESTORED = "restored"  # ``note``: the version it says again
    MERGED = "merged"  # ``note``: the slug of the double that became one with it
    DOUBLE = "double"  # what that double said; this piece never did


class LibraryVersion(Base):
    """What a piece said after one change; only ``library.versions`` writes these."""

    __tablename__ = "library_version"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("library_item.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)  # from 1
    kind: Mapped[VersionKind] = mapped_column(EnumText(VersionKind))
    note: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(Json)


class LibraryAlias(Base):
    """The slug of a double, for whoever still has it."""

    __tablename__ = "library_alias"

    slug: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("library_item.id"), index=True)
