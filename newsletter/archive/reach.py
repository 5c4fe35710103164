"""Whether anybody got it: what reached nobody was not published."""

from sqlalchemy import ColumnElement, exists, or_

from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.states import DeliveryState, MailingState

_HAVE_IT = (
    DeliveryState.ACCEPTED,
    DeliveryState.DELIVERED,
    DeliveryState.IN_DOUBT,
    DeliveryState.COMPLAINED,
)


def went_out() -> ColumnElement[bool]:
    """Over ``Mailing``: not those that were stopped before anyone got theirs."""
    reached = exists().where(
        Delivery.mailing_id == Mailing.id, Delivery.state.in_(_HAVE_IT)
    )
    return or_(Mailing.state != MailingState.CANCELLED, reached)
