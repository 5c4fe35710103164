"""The links we mail: which delivery or which reader a token speaks for."""

from flask import url_for
from sqlalchemy.orm import Session

from newsletter.correspondence.details_link import VALID
from subscribers import moving
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
    number = _number_in(token)
    return None if number is None else session.get(Subscriber, number)


def erased_behind(session: Session, token: str) -> bool:
    """Whether a good link's reader is gone, and not just moved to a new address."""
    number = _number_in(token)
    return (
        number is not None
        and session.get(Subscriber, number) is None
        and not moving.has_moved(session, number)
    )


def _number_in(token: str) -> int | None:
    numbers = signer().read(Purpose.DETAILS, token, now=now())
    return numbers[0] if numbers is not None and len(numbers) == 1 else None
