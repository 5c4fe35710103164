"""Request, confirm, end: the only code that changes a subscription.

Anyone can type anyone's address into a form, so a request changes nothing of what we
know: what was typed waits in the sign-up request until the mailbox's owner confirms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from database.base import Base
from subscribers import consent, regions, suppression, typed, wordings
from subscribers.models import (
    ConsentAct,
    MailingList,
    PartnerConsent,
    Sender,
    SignupRequest,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.partner_consents import (
    grant_partner,
    partners_of,
    stand,
    withdraw_partner,
)

__all__ = [
    "Details",
    "confirm",
    "end",
    "end_everything",
    "find_subscriber",
    "find_subscription",
    "grant_partner",
    "moves_from",
    "partners_of",
    "request",
    "requests_since",
    "subscriptions_of",
    "withdraw_partner",
]

NAME_MOST = 100
SOURCE_MOST = 100
MOVE = "move"  # the source of a request by somebody who reads at another address
MOVES_FROM = "moves_from"  # in its details: that subscriber's number


@dataclass(frozen=True)
class Details:
    """What a form said beside the address; what was left out changes nothing."""

    name: str | None = None
    region_code: str | None = None
    role_mask: int = 0
    language: str | None = None
    partners: Sequence[Sender] = ()  # each by a box of its own, unticked at first


def find_subscriber(session: Session, address: str) -> Subscriber | None:
    """The person behind a normalised address."""
    return session.scalar(select(Subscriber).where(Subscriber.address == address))


def find_subscription(
    session: Session, subscriber: Subscriber, mailing_list: MailingList
) -> Subscription | None:
    return session.scalar(
        select(Subscription).where(
            Subscription.subscriber_id == subscriber.id,
            Subscription.list_id == mailing_list.id,
        )
    )


def request(
    session: Session,
    *,
    address: str,
    mailing_list: MailingList,
    details: Details,
    source: str,
    language: str,
    now: datetime,
) -> SignupRequest:
    """Write down a sign-up that waits for confirmation; ``address`` is normalised.

    A person we do not know becomes a subscriber with a pending subscription. One we
    know keeps everything as it was.
    """
    source = typed.line(source, what="source", most=SOURCE_MOST)
    name = typed.line_or_none(details.name, what="name", most=NAME_MOST)
    subscriber = _subscriber(session, address, now=now)
    _subscribe(session, subscriber, mailing_list, now=now)
    own = wordings.current(session, mailing_list, mailing_list.sender, language, now)
    partners = {
        sender.id: wordings.current(session, mailing_list, sender, language, now).id
        for sender in details.partners
        if sender.id != mailing_list.sender_id
    }
    asked = SignupRequest(
        subscriber_id=subscriber.id,
        list_id=mailing_list.id,
        details={
            "name": name,
            "region": details.region_code,
            "roles": details.role_mask,
            "language": details.language,
            # JSON has no number keys: pairs of sender and wording.
            "partners": [list(pair) for pair in partners.items()],
        },
        wording_id=own.id,
        source=source,
        requested_at=now,
    )
    session.add(asked)
    session.flush()
    consent.record(
        session,
        ConsentAct.REQUESTED,
        subscriber,
        mailing_list,
        {mailing_list.sender_id: own.id, **partners},
        source=source,
        now=now,
    )
    return asked


def moves_from(subscriber_id: int) -> ColumnElement[bool]:
    """Over ``SignupRequest``: one by which this person wants to move (``moving``)."""
    return and_(
        SignupRequest.source == MOVE,
        SignupRequest.details[MOVES_FROM].as_integer() == subscriber_id,
    )


def requests_since(session: Session, *, address: str, since: datetime) -> int:
    """How often this address was signed up since then, by whomever."""
    return (
        session.scalar(
            select(func.count())
            .select_from(SignupRequest)
            .join(Subscriber, Subscriber.id == SignupRequest.subscriber_id)
            .where(Subscriber.address == address, SignupRequest.requested_at >= since)
        )
        or 0
    )


def confirm(session: Session, request_id: int, *, now: datetime) -> Subscription | None:
    """The mailbox's owner says yes: now what the form said counts.

    Repeating it changes nothing. None when there is no such request (any more), when
    they left again since, or when the address is suppressed for a reason its owner
    cannot lift.
    """
    asked = session.get(SignupRequest, request_id, with_for_update=True)
    if asked is None:
        return None
    subscriber = session.get_one(Subscriber, asked.subscriber_id)
    mailing_list = session.get_one(MailingList, asked.list_id)
    if asked.confirmed_at is not None:
        known = find_subscription(session, subscriber, mailing_list)
        return known if known and known.state is SubscriptionState.CONFIRMED else None
    if not suppression.lift_by_owner(session, subscriber.address_hash):
        return None
    subscription = find_subscription(session, subscriber, mailing_list)
    if subscription is None:
        subscription = _subscribe(session, subscriber, mailing_list, now=now)
    if not _has_ever_confirmed(session, subscriber):
        subscriber.joined_at = now
    subscription.state = SubscriptionState.CONFIRMED
    subscription.confirmed_at = now
    subscription.ended_at = None
    asked.confirmed_at = now
    partners: dict[int, int] = dict(asked.details["partners"])
    for sender_id in partners:
        stand(session, subscriber, mailing_list, sender_id, now=now)
    _apply(session, subscriber, asked.details)
    consent.record(
        session,
        ConsentAct.CONFIRMED,
        subscriber,
        mailing_list,
        {mailing_list.sender_id: asked.wording_id, **partners},
        source=asked.source,
        now=now,
    )
    return subscription


def end(
    session: Session, subscription: Subscription, *, source: str, now: datetime
) -> None:
    """End one mailing list for one reader, with all its editions; repeating is fine."""
    # A sign-up still open would bring them back by an old mail, and so would a move.
    session.execute(
        delete(SignupRequest).where(
            or_(
                SignupRequest.subscriber_id == subscription.subscriber_id,
                moves_from(subscription.subscriber_id),
            ),
            SignupRequest.list_id == subscription.list_id,
            SignupRequest.confirmed_at.is_(None),
        )
    )
    # Locked and read anew: who presses twice leaves once, and one line says so.
    state = session.scalar(
        select(Subscription.state)
        .where(Subscription.id == subscription.id)
        .with_for_update()
    )
    if state in {None, SubscriptionState.ENDED}:
        return
    subscriber = session.get_one(Subscriber, subscription.subscriber_id)
    partners = partners_of(session, subscription)
    session.execute(
        delete(PartnerConsent).where(
            PartnerConsent.subscriber_id == subscription.subscriber_id,
            PartnerConsent.list_id == subscription.list_id,
        )
    )
    subscription.state = SubscriptionState.ENDED
    subscription.ended_at = now
    subscription.edition_sender_id = None
    mailing_list = session.get_one(MailingList, subscription.list_id)
    withdrawn = [mailing_list.sender_id, *(sender.id for sender in partners)]
    consent.record(
        session,
        ConsentAct.WITHDRAWN,
        subscriber,
        mailing_list,
        dict.fromkeys(withdrawn),
        source=source,
        now=now,
    )


def end_everything(
    session: Session,
    subscriber: Subscriber,
    *,
    source: str = "everything",
    now: datetime,
) -> None:
    """No list, no edition, nothing more: every subscription ends, and stays so."""
    for subscription in subscriptions_of(session, subscriber):
        end(session, subscription, source=source, now=now)
    suppression.suppress(
        session,
        address_hash=subscriber.address_hash,
        reason=SuppressionReason.LEFT,
        now=now,
    )


def subscriptions_of(session: Session, subscriber: Subscriber) -> list[Subscription]:
    return list(
        session.scalars(
            select(Subscription)
            .where(Subscription.subscriber_id == subscriber.id)
            .order_by(Subscription.list_id)
        )
    )


def _subscriber(session: Session, address: str, *, now: datetime) -> Subscriber:
    """Whom we know, or a new one: by the same statements, so that the time it takes
    does not tell which (an attacker measures thousands of times)."""
    address_hash = suppression.hash_of(session, address)
    while True:
        _insert_new(
            session,
            Subscriber,
            address=address,
            address_hash=address_hash,
            joined_at=now,
        )
        known = session.scalar(
            select(Subscriber)
            .where(Subscriber.address == address)
            # Whoever is forgetting this person goes first, or waits for us.
            .with_for_update(read=True, key_share=True)
        )
        if known is not None:
            return known


def _subscribe(
    session: Session,
    subscriber: Subscriber,
    mailing_list: MailingList,
    *,
    now: datetime,
) -> Subscription:
    """The subscription there is, or a pending one; by the same statements too."""
    _insert_new(
        session,
        Subscription,
        subscriber_id=subscriber.id,
        list_id=mailing_list.id,
        state=SubscriptionState.PENDING,
        requested_at=now,
    )
    return session.scalars(
        select(Subscription).where(
            Subscription.subscriber_id == subscriber.id,
            Subscription.list_id == mailing_list.id,
        )
    ).one()


def _insert_new(session: Session, table: type[Base], **values: object) -> None:
    """One row, unless it is there; whoever is writing the same one is waited for."""
    on_postgres = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql.insert if on_postgres else sqlite.insert)(table)
    session.execute(insert.values(**values).on_conflict_do_nothing())


def _has_ever_confirmed(session: Session, subscriber: Subscriber) -> bool:
    """Whether any state but *pending* says that we knew this person before."""
    return (
        session.scalar(
            select(Subscription.id)
            .where(
                Subscription.subscriber_id == subscriber.id,
                Subscription.state != SubscriptionState.PENDING,
            )
            .limit(1)
        )
        is not None
    )


def _apply(session: Session, subscriber: Subscriber, details: dict[str, Any]) -> None:
    """What the form said; what it left out stays as it was."""
    subscriber.name = details["name"] or subscriber.name
    # Between the form and the button a municipality may have ended.
    region = regions.today(session, details["region"])
    subscriber.region_code = region or subscriber.region_code
    subscriber.role_mask = details["roles"] or subscriber.role_mask
    subscriber.language = details["language"] or subscriber.language
