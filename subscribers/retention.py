"""Forgetting by rule: what nobody confirmed or could prove is not ours to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, true, update
from sqlalchemy.orm import Session

from database.session import Database
from subscribers import consent
from subscribers.models import (
    SignupRequest,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
)

AT_ONCE = 500  # people per transaction: SQLite has one writer, and others wait
# Since they were brought in without proof: half a year to ask them by other ways than
# mail to sign up themselves.
QUARANTINE_DAYS = 180
# After the last subscription ended, or since nothing may be mailed to them: what we
# knew to choose their version is of no use any more, and two years later nobody asks
# for proof of the consent there was.
DETAILS_DAYS = 90
LEFT_DAYS = 730


@dataclass(frozen=True)
class Forgotten:
    """How much was cleaned away."""

    requests: int  # typed into a form longer ago than they could be confirmed
    subscriptions: int  # pending ones, and those in quarantine
    subscribers: int  # of whom nothing else was known


def run(database: Database, *, pending_days: int, now: datetime) -> Forgotten:
    """Forget every sign-up older than ``pending_days`` that was not confirmed, and who
    was in quarantine for QUARANTINE_DAYS.

    Commits after the requests, and after every 500 people.
    """
    before = now - timedelta(days=pending_days)
    stale = _is_stale(before, now - timedelta(days=QUARANTINE_DAYS))
    with database.write.begin() as session:
        # Confirmed ones too: what they said has been applied, and consent has its
        # own ledger.
        requests = session.execute(
            delete(SignupRequest)
            .where(SignupRequest.requested_at < before)
            .returning(SignupRequest.id)
        ).all()
    subscriptions = subscribers = 0
    while True:
        with database.write.begin() as session:
            held = _hold_some(session, stale)
            ended = _forget(session, held, stale)
        subscriptions += ended[0]
        subscribers += ended[1]
        if not held:
            return Forgotten(len(requests), subscriptions, subscribers)


def _hold_some(session: Session, stale: ColumnElement[bool]) -> Sequence[int]:
    """Some people with a stale subscription, locked so that nobody signs up meanwhile.

    Whoever is signing up right now is passed over.
    """
    return session.scalars(
        select(Subscriber.id)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(stale)
        .limit(AT_ONCE)
        .with_for_update(of=Subscriber, skip_locked=True)
    ).all()


def _forget(
    session: Session, held: Sequence[int], stale: ColumnElement[bool]
) -> tuple[int, int]:
    """Their stale subscriptions, and those of whom nothing else is left."""
    ended = session.scalars(
        # Asked again, now that they are held.
        select(Subscription.id).where(Subscription.subscriber_id.in_(held), stale)
    ).all()
    session.execute(delete(Subscription).where(Subscription.id.in_(ended)))
    nobody = session.scalars(
        select(Subscriber.id).where(
            Subscriber.id.in_(held),
            ~exists().where(Subscription.subscriber_id == Subscriber.id),
        )
    ).all()
    for subscriber_id in nobody:
        consent.erase(session, subscriber_id)
    session.execute(delete(Subscriber).where(Subscriber.id.in_(nobody)))
    return len(ended), len(nobody)


def _is_stale(
    pending_before: datetime, quarantined_before: datetime
) -> ColumnElement[bool]:
    return and_(
        or_(
            and_(
                Subscription.state == SubscriptionState.PENDING,
                Subscription.requested_at < pending_before,
            ),
            and_(
                Subscription.state == SubscriptionState.QUARANTINED,
                Subscription.requested_at < quarantined_before,
            ),
        ),
        # They asked again lately: that request still waits for them.
        ~exists().where(
            SignupRequest.subscriber_id == Subscription.subscriber_id,
            SignupRequest.list_id == Subscription.list_id,
        ),
    )


def empty_details(database: Database, *, now: datetime) -> int:
    """Empty what we know of who left everything 90 days ago, or may not be mailed for
    as long; how many people.

    Their address and consent stay: they prove that there was one, and when it ended.
    """
    before = now - timedelta(days=DETAILS_DAYS)
    emptied = 0
    while True:
        with database.write.begin() as session:
            held = _hold_over(session, before, _HAS_DETAILS)
            session.execute(
                update(Subscriber)
                .where(Subscriber.id.in_(held))
                .values(
                    name=None,
                    region_code=None,
                    role_mask=0,
                    language=None,
                    paused_until=None,
                )
                .execution_options(synchronize_session=False)
            )
        emptied += len(held)
        if not held:
            return emptied


def hold_long_gone(session: Session, *, now: datetime) -> Sequence[int]:
    """Some whom nothing was mailed for two years, locked: to be forgotten altogether.

    They left everything, or their mailbox is gone, or they called it spam.
    """
    return _hold_over(session, now - timedelta(days=LEFT_DAYS), true())


_HAS_DETAILS = or_(
    Subscriber.name.is_not(None),
    Subscriber.region_code.is_not(None),
    Subscriber.role_mask != 0,
    Subscriber.language.is_not(None),
    Subscriber.paused_until.is_not(None),
)


def _hold_over(
    session: Session, before: datetime, which: ColumnElement[bool]
) -> Sequence[int]:
    """Some who left all or were suppressed before then, and asked for nothing."""
    return _held(session, _has_left(before), which) or _held(
        session, _was_suppressed(before), which
    )


def _has_left(before: datetime) -> ColumnElement[bool]:
    over = and_(
        Subscription.state == SubscriptionState.ENDED, Subscription.ended_at < before
    )
    mine = Subscription.subscriber_id == Subscriber.id
    return and_(
        exists().where(mine, over),
        ~exists().where(mine, or_(~over, Subscription.ended_at.is_(None))),
    )


def _was_suppressed(before: datetime) -> ColumnElement[bool]:
    # The other way round than asked: there are few of them among a million.
    gone = select(Suppression.address_hash).where(Suppression.created_at < before)
    return Subscriber.address_hash.in_(gone)


def _held(session: Session, *which: ColumnElement[bool]) -> Sequence[int]:
    return session.scalars(
        select(Subscriber.id)
        .where(
            *which,
            ~exists().where(SignupRequest.subscriber_id == Subscriber.id),
        )
        .limit(AT_ONCE)
        .with_for_update(of=Subscriber, skip_locked=True)
    ).all()
