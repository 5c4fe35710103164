"""Moving to another address: asked for from the old mailbox, confirmed from the new.

What moves are the standing yeses. The old address is erased afterwards, as nobody
needs it any more; the lines of consent for the new one are its own.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from subscribers import consent, subscriptions
from subscribers.models import (
    SignupRequest,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from subscribers.subscriptions import MOVE, MOVES_FROM, Details, moves_from


def request(
    session: Session,
    subscriber: Subscriber,
    *,
    address: str,
    language: str,
    now: datetime,
) -> SignupRequest | None:
    """Write the wish down; ``address`` is normalised. None: nothing is to be moved."""
    standing = _standing(session, subscriber)
    if not standing or address == subscriber.address:
        return None
    asked = _ask(session, subscriber, standing[0], address, language=language, now=now)
    asked.details = {**asked.details, MOVES_FROM: subscriber.id}
    session.flush()
    return asked


def mover(session: Session, asked: SignupRequest) -> Subscriber | None:
    """Who leaves an old address behind by this request; None for a plain sign-up."""
    number = asked.details.get(MOVES_FROM)
    return session.get(Subscriber, number) if number else None


def leave_out_refused(session: Session, request_id: int) -> None:
    """Partners they said no to since they asked to move do not come along."""
    asked = session.get(SignupRequest, request_id)
    old = mover(session, asked) if asked and asked.confirmed_at is None else None
    if asked is None or old is None:
        return
    standing = {
        sender.id
        for subscription in _standing(session, old)
        if subscription.list_id == asked.list_id
        for sender in subscriptions.partners_of(session, subscription)
    }
    partners = [pair for pair in asked.details["partners"] if pair[0] in standing]
    asked.details = {**asked.details, "partners": partners}
    session.flush()


def abandon(session: Session, subscriber: Subscriber) -> None:
    """Take back every move this person asked for: their details wait in it."""
    session.execute(delete(SignupRequest).where(moves_from(subscriber.id)))


def has_moved(session: Session, number: int) -> bool:
    """Whether the subscriber of this number went on at another address."""
    moved = select(SignupRequest.id).where(
        moves_from(number),
        SignupRequest.confirmed_at.is_not(None),
    )
    return session.scalar(moved.limit(1)) is not None


def finish(session: Session, asked: SignupRequest, *, now: datetime) -> None:
    """The new mailbox confirmed: take everything along, then erase the old address."""
    old = mover(session, asked)
    if old is None:
        return
    new = session.get_one(Subscriber, asked.subscriber_id)
    for subscription in _standing(session, old):
        if subscription.list_id != asked.list_id:
            language = new.language or subscription.mailing_list.language
            also = _ask(
                session, old, subscription, new.address, language=language, now=now
            )
            subscriptions.confirm(session, also.id, now=now)
        moved = subscriptions.find_subscription(session, new, subscription.mailing_list)
        if moved is not None:
            moved.edition_sender_id = subscription.edition_sender_id
    new.joined_at = min(new.joined_at, old.joined_at)
    new.paused_until = old.paused_until
    new.frequency = old.frequency
    consent.erase(session, old.id)
    session.flush()
    session.execute(delete(Subscriber).where(Subscriber.id == old.id))
    session.expire_all()


def _ask(
    session: Session,
    subscriber: Subscriber,
    subscription: Subscription,
    address: str,
    *,
    language: str,
    now: datetime,
) -> SignupRequest:
    """The same choices, for another address."""
    return subscriptions.request(
        session,
        address=address,
        mailing_list=subscription.mailing_list,
        details=Details(
            name=subscriber.name,
            region_code=subscriber.region_code,
            role_mask=subscriber.role_mask,
            language=subscriber.language,
            partners=subscriptions.partners_of(session, subscription),
        ),
        source=MOVE,
        language=language,
        now=now,
    )


def _standing(session: Session, subscriber: Subscriber) -> list[Subscription]:
    return [
        subscription
        for subscription in subscriptions.subscriptions_of(session, subscriber)
        if subscription.state is SubscriptionState.CONFIRMED
    ]
