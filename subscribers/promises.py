"""Whom nothing may be mailed that they did not ask for themselves.

An issue asks ``segments.audience``; this is for the single mail that somebody else
causes: a test, an invitation to look along.
"""

from sqlalchemy.orm import Session

from subscribers import suppression
from subscribers.models import SubscriptionState
from subscribers.subscriptions import find_subscriber, subscriptions_of


def why_not_to_mail(session: Session, address: str) -> str | None:
    """The end of a sentence that begins with the address; None when it may be mailed.

    ``address`` is normalised. Somebody in quarantine on one list who reads another may.
    """
    if suppression.reason_for(session, suppression.hash_of(session, address)):
        return "is suppressed: we promised to mail it no more"
    reader = find_subscriber(session, address)
    known = subscriptions_of(session, reader) if reader else []
    states = {subscription.state for subscription in known}
    if (
        SubscriptionState.QUARANTINED in states
        and SubscriptionState.CONFIRMED not in states
    ):
        return "is in quarantine: only its owner's own sign-up lifts that"
    return None
