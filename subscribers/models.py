"""The tables of people: who subscribed to what, with which proof.

Words are those of ``docs/glossary.md``. Only ``subscriptions`` changes a
subscription, only ``consent`` appends a consent record, only ``suppression``
writes a suppression; ``imports.bulk`` does what they do for thousands at a time.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database.base import Base, BigId
from database.types import EnumText, Json


class RegionKind(StrEnum):
    """The levels of the tree; *outside* is its own root for the rest of the world."""

    COUNTRY = "country"
    PROVINCE = "province"
    MUNICIPALITY = "municipality"
    PLANNED = "planned"  # a municipality from its ``valid_from`` on
    FORMER = "former"  # a municipality that has ended; its people moved on
    OUTSIDE = "outside"


class SubscriptionState(StrEnum):
    PENDING = "pending"  # asked for, not yet confirmed from the mailbox: never mailed
    CONFIRMED = "confirmed"  # confirmed, or imported with proof: may be mailed
    QUARANTINED = "quarantined"  # imported without proof: only its owner can lift it
    ENDED = "ended"  # left, or ended elsewhere: not mailed


class Frequency(StrEnum):
    """How often a reader wants mail; resting for a while is beside it."""

    EVERY = "every"  # each issue when it appears
    MONTHLY = "monthly"  # one mail a month: what the issues held


class SuppressionReason(StrEnum):
    LEFT = "left"  # the reader asked for nothing more, ever
    ERASED = "erased"  # the reader had us forget them
    BOUNCED = "bounced"  # the mailbox does not exist
    COMPLAINED = "complained"  # the reader pressed "spam"
    STAFF = "staff"  # a person decided, or another system's list said so


class ConsentAct(StrEnum):
    """What a line of the consent ledger says happened."""

    REQUESTED = "requested"  # asked by form; counts for nothing until confirmed
    CONFIRMED = "confirmed"  # the mailbox's owner said yes
    IMPORTED = "imported"  # proof from elsewhere was brought along
    WITHDRAWN = "withdrawn"  # the reader said no more


class Sender(Base):
    """An organisation one consents to: a list's own, or a partner's."""

    __tablename__ = "sender"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    postal_address: Mapped[str]  # what Telecommunicatiewet 11.7(4) wants in each mail


class MailingList(Base):
    """What one subscribes to. Its slug is part of the List-Id: stable for ever."""

    __tablename__ = "mailing_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    from_address: Mapped[str]
    language: Mapped[str] = mapped_column(default="nl")
    sender_id: Mapped[int] = mapped_column(ForeignKey("sender.id"))
    created_at: Mapped[datetime]

    sender: Mapped[Sender] = relationship(lazy="joined")


class Region(Base):
    """A node of the CBS tree; the code belongs to the name, a rename is a new code."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(primary_key=True)  # NL, PV21, GM0080, XX
    name: Mapped[str]
    kind: Mapped[RegionKind] = mapped_column(EnumText(RegionKind))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    # "/NL/PV21/GM0080/": a subtree is a prefix.
    path: Mapped[str] = mapped_column(unique=True)
    alias: Mapped[str | None]  # Den Haag for 's-Gravenhage
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # exclusive; None while it exists
    successor_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))


class Role(Base):
    """What a reader does in the neighbourhood. Its bit stands in ``role_mask``."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    bit: Mapped[int] = mapped_column(unique=True)  # 0..61, never given out again


class Subscriber(Base):
    """A person's address known to us. Erasing a person deletes this row."""

    __tablename__ = "subscriber"
    __table_args__ = (
        # Counting a segment touches this index alone (docs/decisions/0004).
        Index("ix_subscriber_region_role", "region_code", "role_mask"),
        # Signed links carry the number: it must never be given out again.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address: Mapped[str] = mapped_column(unique=True)  # the one normal form
    # The keyed hash suppressions and deliveries know the address by; outlives the row.
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    name: Mapped[str | None]
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    role_mask: Mapped[int] = mapped_column(BigInteger, default=0)
    language: Mapped[str | None]  # nl, en; None is unknown
    joined_at: Mapped[datetime]
    paused_until: Mapped[date | None]  # rests up to, and not including, this day
    frequency: Mapped[Frequency] = mapped_column(
        EnumText(Frequency), server_default="every"
    )

    subscriptions: Mapped[list["Subscription"]] = relationship(
        back_populates="subscriber", cascade="all, delete-orphan", passive_deletes=True
    )


class Subscription(Base):
    """Subscriber x mailing list."""

    __tablename__ = "subscription"
    __table_args__ = (
        UniqueConstraint("list_id", "subscriber_id"),
        Index("ix_subscription_subscriber_id", "subscriber_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE")
    )
    list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id"))
    state: Mapped[SubscriptionState] = mapped_column(EnumText(SubscriptionState))
    requested_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    # The edition chosen on the preference page, for those eligible for several.
    edition_sender_id: Mapped[int | None] = mapped_column(ForeignKey("sender.id"))

    subscriber: Mapped[Subscriber] = relationship(back_populates="subscriptions")
    mailing_list: Mapped[MailingList] = relationship(lazy="joined")


class PartnerConsent(Base):
    """A standing consent: this reader of this list wants this partner's edition.

    A row exists while the consent stands; the ledger keeps the history.
    """

    __tablename__ = "partner_consent"
    __table_args__ = (Index("ix_partner_consent_sender", "sender_id", "list_id"),)

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    list_id: Mapped[int] = mapped_column(
        ForeignKey("mailing_list.id"), primary_key=True
    )
    sender_id: Mapped[int] = mapped_column(ForeignKey("sender.id"), primary_key=True)
    granted_at: Mapped[datetime]


class Reader(Base):
    """Who a list would mail, were nobody resting: what counts and pages are read from.

    Derived: the database itself keeps it (``readers``), nobody writes it. A
    row stands for a confirmed subscription with its consent and no suppression.
    """

    __tablename__ = "reader"
    __table_args__ = (
        # Both cover every field of a rule: a segment is counted, sampled and paged
        # without touching a table (docs/decisions/0018).
        Index(
            "ix_reader_place",
            "list_id",
            "region_code",
            "joined_at",
            "subscriber_id",
            "role_mask",
            "language",
            "paused_until",
            "frequency",
            "edition_sender_id",
        ),
        Index(
            "ix_reader_joined",
            "list_id",
            "joined_at",
            "subscriber_id",
            "region_code",
            "role_mask",
            "language",
            "paused_until",
            "frequency",
        ),
    )

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    )
    list_id: Mapped[int] = mapped_column(
        ForeignKey("mailing_list.id"), primary_key=True
    )
    region_code: Mapped[str | None]
    role_mask: Mapped[int] = mapped_column(BigInteger)
    language: Mapped[str | None]
    joined_at: Mapped[datetime]
    paused_until: Mapped[date | None]
    frequency: Mapped[Frequency] = mapped_column(EnumText(Frequency))
    edition_sender_id: Mapped[int | None]  # of the subscription


class SignupRequest(Base):
    """What somebody typed into a form, waiting for the mailbox's owner to confirm.

    Nothing in it is applied before: anyone can type anyone's address.
    """

    __tablename__ = "signup_request"
    # Signed links carry the number: it must never be given out again.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscriber.id", ondelete="CASCADE"), index=True
    )
    list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id"))
    details: Mapped[dict[str, Any]] = mapped_column(Json)  # name, region, roles, ...
    wording_id: Mapped[int] = mapped_column(ForeignKey("consent_wording.id"))
    source: Mapped[str]  # "form", "json", "partner-form:lpb"
    requested_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]  # once, by mail


class ConsentWording(Base):
    """The exact words one said yes to; a change of words is a new version."""

    __tablename__ = "consent_wording"
    __table_args__ = (UniqueConstraint("list_id", "sender_id", "language", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id"))
    sender_id: Mapped[int] = mapped_column(ForeignKey("sender.id"))
    language: Mapped[str]
    version: Mapped[int]
    text: Mapped[str]
    created_at: Mapped[datetime]


class ConsentRecord(Base):
    """One line of a list's consent ledger: append-only, each sealing the one before.

    ``subscriber_id``, ``salt`` and ``address`` are emptied when a person is erased;
    ``commitment`` (salted) and ``seal`` stay, so the chain still verifies.
    """

    __tablename__ = "consent_record"
    __table_args__ = (UniqueConstraint("list_id", "seq"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("mailing_list.id"))
    seq: Mapped[int] = mapped_column(BigInteger)  # dense from 1 per list
    act: Mapped[ConsentAct] = mapped_column(EnumText(ConsentAct))
    sender_id: Mapped[int] = mapped_column(ForeignKey("sender.id"))
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("consent_wording.id"))
    source: Mapped[str]  # "form", "json", "import", "one-click", "preferences"
    proof: Mapped[str] = mapped_column(default="")  # what an import was told
    recorded_at: Mapped[datetime]
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))
    # Erasable: no foreign key, so that the line outlives the person.
    subscriber_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    address: Mapped[str | None]


class ConsentHead(Base):
    """Where a list's ledger ends: locked by whoever appends, so that lines queue up.

    Without it a line cut off at the end would leave a shorter, faultless chain.
    """

    __tablename__ = "consent_head"

    list_id: Mapped[int] = mapped_column(
        ForeignKey("mailing_list.id"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(BigInteger)
    seal: Mapped[bytes] = mapped_column(LargeBinary(32))


class Suppression(Base):
    """Never mail this address. Knows it only by keyed hash."""

    __tablename__ = "suppression"

    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    reason: Mapped[SuppressionReason] = mapped_column(EnumText(SuppressionReason))
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]


class Secret(Base):
    """A key made once per installation and kept: it must outlive every machine."""

    __tablename__ = "secret"

    name: Mapped[str] = mapped_column(primary_key=True)  # "suppression", "consent"
    key: Mapped[bytes] = mapped_column(LargeBinary(32))


class Segment(Base):
    """A saved rule over subscribers."""

    __tablename__ = "segment"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SegmentVersion(Base):
    """What a segment meant from a moment on, and who said so. Never changed."""

    __tablename__ = "segment_version"

    segment_id: Mapped[int] = mapped_column(
        ForeignKey("segment.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    by: Mapped[str]  # a staff member's address, or "operator"
    changed_at: Mapped[datetime]
