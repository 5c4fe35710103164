"""The ledger's rules: which state may follow which. One table; the test is the same."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, update
from sqlalchemy.orm import Session

from newsletter.dispatch.errors import ForbiddenMove
from newsletter.dispatch.models import Delivery, DeliveryState

_S = DeliveryState

TO: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    # Claimed; left or suppressed in time; given up after the last retry.
    _S.QUEUED: frozenset({_S.SENDING, _S.CANCELLED, _S.REFUSED}),
    # The provider's answer; not now (with not_before); nobody knows.
    _S.SENDING: frozenset({_S.ACCEPTED, _S.REFUSED, _S.QUEUED, _S.IN_DOUBT}),
    # Events; what a provider drops after taking it is refused.
    _S.ACCEPTED: frozenset({_S.DELIVERED, _S.BOUNCED, _S.COMPLAINED, _S.REFUSED}),
    # Some servers accept and bounce an hour later; a complaint follows a delivery.
    _S.DELIVERED: frozenset({_S.BOUNCED, _S.COMPLAINED}),
    # A late "delivered" after a bounce is kept as an event and changes nothing.
    _S.BOUNCED: frozenset({_S.COMPLAINED}),
    _S.COMPLAINED: frozenset(),
    # Events settle it, or a person does; *queued* is only ever a person's "again".
    _S.IN_DOUBT: frozenset(
        {_S.ACCEPTED, _S.DELIVERED, _S.BOUNCED, _S.COMPLAINED, _S.REFUSED, _S.QUEUED}
    ),
    # A person's "retry".
    _S.REFUSED: frozenset({_S.QUEUED}),
    _S.CANCELLED: frozenset(),
}


def move(
    session: Session,
    mailing_id: int,
    come_from: DeliveryState,
    to: DeliveryState,
    *which: ColumnElement[bool],
    now: datetime,
    **values: Any,
) -> int:
    """Move the deliveries ``which`` holds for, if they still are in ``come_from``.

    Returns how many moved. Raises ForbiddenMove when the table has no such move.
    """
    if to not in TO[come_from]:
        raise ForbiddenMove(come_from, to)
    result = session.execute(
        update(Delivery)
        .where(Delivery.mailing_id == mailing_id, Delivery.state == come_from, *which)
        .values(state=to, changed_at=now, **values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", result).rowcount
