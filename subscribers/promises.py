"""Whom nothing may be mailed that they did not ask for themselves.

An issue asks ``segments.audience``; this is for the single mail that somebody else
causes: a test, a question to look along.
"""

from sqlalchemy.orm import Session

from subscribers import suppression
from subscribers.errors import SubscribersError
from subscribers.models import SubscriptionState
from subscribers.subscriptions import find_subscriber, subscriptions_of


class NotToBeMailed(SubscribersError):
    """Suppressed, or in quarantine: no path may mail them."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"{address} {why}. Choose another address.")


def check_may_be_mailed(session: Session, address: str) -> None:
    """Raises NotToBeMailed; ``address`` is normalised.

    Somebody in quarantine on one list who reads another may be mailed.
    """
    if suppression.reason_for(session, suppression.hash_of(session, address)):
        raise NotToBeMailed(address, "is suppressed: we promised to mail it no more")
    reader = find_subscriber(session, address)
    known = subscriptions_of(session, reader) if reader else []
    states = {subscription.state for subscription in known}
    if (
        SubscriptionState.QUARANTINED in states
        and SubscriptionState.CONFIRMED not in states
    ):
        raise NotToBeMailed(
            address, "is in quarantine: only its owner's own sign-up lifts that"
        )
