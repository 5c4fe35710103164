"""The links we mail: which delivery or which reader a token speaks for."""

from flask import url_for
from sqlalchemy.orm import Session

from newsletter.correspondence.details_link import VALID
from subscribers.models import Subscriber
from subscribers.tokens import Purpose
from web.session import now, settings, signer


def delivery_of(purpose: Purpose, token: str) -> tuple[int, int] | None:
    """Mailing and seq; None when the token is not ours or not for this."""
    numbers = signer().read(purpose, token, now=now())
    if numbers is None or len(numbers) != 2:
        return None
    return numbers[0], numbers[1]


def details_address(subscriber: Subscriber) -> str:
    """A fresh link for what a forwarded mail must not be enough for."""
    token = signer().sign(Purpose.DETAILS, subscriber.id, until=now() + VALID)
    return settings().base_url + url_for("details.show", token=token)


def subscriber_behind(session: Session, token: str) -> Subscriber | None:
    """Whose fresh link this is; None when it is too old, altered, or they are gone."""
    numbers = signer().read(Purpose.DETAILS, token, now=now())
    if numbers is None or len(numbers) != 1:
        return None
    return session.get(Subscriber, numbers[0])
