"""The ledger: one row per person per mailing, and what became of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database.base import Base
from database.types import EnumText, Json
from newsletter.dispatch.states import (
    ChunkState,
    DeliveryState,
    Exclusion,
    MailingKind,
    MailingState,
    WhyLeft,
)
from newsletter.issues.models import Issue

_IS_THE_ISSUE = text("kind = 'issue'")


class Mailing(Base):
    """The act of sending one issue to its audience, or what belongs to it.

    A correction is of that issue; a bundle's is the last of those it tells of, whose
    list and language it has (``bundles.models`` says more).
    """

    __tablename__ = "mailing"
    __table_args__ = (
        # Whatever two doors do at once: an issue is mailed at most once. Corrections of
        # it there may be several.
        Index(
            "uq_mailing_issue_id_of_issue",
            "issue_id",
            unique=True,
            sqlite_where=_IS_THE_ISSUE,
            postgresql_where=_IS_THE_ISSUE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"))
    kind: Mapped[MailingKind] = mapped_column(
        EnumText(MailingKind), default=MailingKind.ISSUE, server_default="issue"
    )
    state: Mapped[MailingState] = mapped_column(EnumText(MailingState))
    started_by: Mapped[str]
    created_at: Mapped[datetime]
    start_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")  # why paused or held
    # Why one that is being sent waits just now, as ``Reason.stored``; "": it does not.
    waiting: Mapped[str] = mapped_column(default="", server_default="")
    waiting_since: Mapped[datetime | None]
    # The latest answers as the circuit breaker counts them (flight.pace.breaker), and
    # since when they count: what was said before a person resumed it does not.
    answers: Mapped[str] = mapped_column(default="", server_default="")
    resumed_at: Mapped[datetime | None]
    consent_head: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    # When what servers said of its mails was let go (returns.ageing).
    words_emptied_at: Mapped[datetime | None]

    issue: Mapped[Issue] = relationship(lazy="joined")


class Variant(Base):
    """What all readers with the same edition and visible blocks get: frozen content."""

    __tablename__ = "variant"
    __table_args__ = (UniqueConstraint("mailing_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    key: Mapped[str]  # "base", "base-3f9c1a", "lpb"
    edition: Mapped[str]  # "base", a partner's slug or a region code
    label: Mapped[str]  # "A", "B", ... in the order shown
    blocks: Mapped[list[str]] = mapped_column(Json)  # ids of the visible blocks
    mail: Mapped[dict[str, Any]] = mapped_column(Json)  # subject, sender, headers
    html: Mapped[str]  # merge template
    text: Mapped[str]  # merge template
    web: Mapped[str]  # the archive's page: nothing personal, no slots
    sha256: Mapped[str]


class Chunk(Base):
    """A range of deliveries of one variant, claimed together."""

    __tablename__ = "chunk"
    __table_args__ = (Index("ix_chunk_due", "mailing_id", "state", "not_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    variant_id: Mapped[int] = mapped_column(ForeignKey("variant.id"))
    first_seq: Mapped[int]
    last_seq: Mapped[int]  # inclusive
    state: Mapped[ChunkState] = mapped_column(EnumText(ChunkState))
    not_before: Mapped[datetime]
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    token: Mapped[int] = mapped_column(BigInteger, default=0)  # fencing: grows


class Delivery(Base):
    """One recipient of one mailing. Holds nothing personal: it outlives an erasure.

    No foreign keys: they double the cost of a freeze, and one statement writes the
    rows. Erasing a person clears ``subscriber_id`` by statement.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        # Nobody twice, also not somebody erased and returned (sending.md 2.1).
        UniqueConstraint("mailing_id", "address_hash"),
        # Room on every page for a row's two moves: PostgreSQL then touches no index.
        # So nothing that a move changes may be indexed.
        {"postgresql_with": {"fillfactor": 50}},
    )

    mailing_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    subscriber_id: Mapped[int | None] = mapped_column(BigInteger)
    edition: Mapped[str]
    variant_id: Mapped[int | None]
    exclusion: Mapped[Exclusion | None] = mapped_column(EnumText(Exclusion))
    state: Mapped[DeliveryState | None] = mapped_column(EnumText(DeliveryState))
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(default="")  # the provider's words, short


class LeavingReason(Base):
    """One answer. No number of a reader, no hash, and of its moment only the day."""

    __tablename__ = "leaving_reason"

    id: Mapped[int] = mapped_column(primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), index=True)
    reason: Mapped[WhyLeft] = mapped_column(EnumText(WhyLeft))
    given_on: Mapped[date]


class Bucket(Base):
    """When a provider or a recipients' domain may be given the next mail.

    Written by ``flight.pace.buckets``. Seconds since 1970: they are added to and
    divided by a rate.
    """

    __tablename__ = "bucket"

    name: Mapped[str] = mapped_column(primary_key=True)  # "smtp", "domain:gmail.com"
    free_at: Mapped[float] = mapped_column(Double)
    planned_until: Mapped[float] = mapped_column(Double)  # who must wait fills this up


class ProviderLimit(Base):
    """How many mails a provider takes in an hour or a day, as far as it told us."""

    __tablename__ = "provider_limit"

    provider: Mapped[str] = mapped_column(primary_key=True)
    most: Mapped[int | None]  # None: it said "enough", and too early to learn from
    window_seconds: Mapped[int]
    told_at: Mapped[datetime]
    closed_until: Mapped[datetime]  # nothing is handed over before


class ProviderTaken(Base):
    """What a provider with a learnt limit took, in slots of a part of its window."""

    __tablename__ = "provider_taken"

    provider: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )  # its first second since 1970
    taken: Mapped[int]
