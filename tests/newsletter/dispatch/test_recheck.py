"""The look at the claim agrees with the one at the freeze, reason by reason."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from newsletter.issues.compose import find_issue
from subscribers import suppression
from subscribers.models import (
    Frequency,
    Subscriber,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.segments.audience import EXCLUSIONS
from subscribers.segments.mailed import count
from subscribers.segments.rules import parse_rule
from tests.conftest import NOW
from tests.newsletter.dispatch.village import Village

Change = Callable[[Session, Subscriber], None]
EVERYBODY = parse_rule({"all": []})


def _suppress(session: Session, subscriber: Subscriber) -> None:
    suppression.suppress(
        session,
        address_hash=subscriber.address_hash,
        reason=SuppressionReason.LEFT,
        now=NOW,
    )


def _state(state: SubscriptionState) -> Change:
    def change(_session: Session, subscriber: Subscriber) -> None:
        (subscription,) = subscriber.subscriptions
        subscription.state = state

    return change


def _rest(days: int) -> Change:
    def change(_session: Session, subscriber: Subscriber) -> None:
        subscriber.paused_until = NOW.date() + timedelta(days=days)

    return change


def _once_a_month(_session: Session, subscriber: Subscriber) -> None:
    subscriber.frequency = Frequency.MONTHLY


# What can begin to hold between the freeze and the claim. A consent record is never
# taken back: whoever withdraws ends the subscription.
CHANGES: dict[str, Change] = {
    "suppressed": _suppress,
    "ended": _state(SubscriptionState.ENDED),
    "quarantined": _state(SubscriptionState.QUARANTINED),
    "pending": _state(SubscriptionState.PENDING),
    "resting": _rest(1),
    "bundled": _once_a_month,
}


def test_every_reason_is_looked_at() -> None:
    assert {name for name, _reason in EXCLUSIONS} - set(CHANGES) == {"no_consent"}


@pytest.mark.parametrize("reason", CHANGES)
def test_who_would_not_be_frozen_now_is_not_sent_now(
    village: Village, reason: str
) -> None:
    village.build("anna", "ben")
    village.start()
    village.change("anna", CHANGES[reason])

    with village.database.read() as session:
        mailing_list = find_issue(session, 42).mailing_list
        mailable = count(session, mailing_list, EVERYBODY, now=NOW)
    village.work()

    assert mailable == 1
    assert set(village.outbox()) == {"ben"}
    assert village.receipt()["cancelled"] == 1


@pytest.mark.parametrize("days", [-1, 0])
def test_who_rested_until_today_is_mailed_today(village: Village, days: int) -> None:
    village.build("anna")
    village.start()
    village.change("anna", _rest(days))

    village.work()

    assert set(village.outbox()) == {"anna"}
