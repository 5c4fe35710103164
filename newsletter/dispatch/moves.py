"""Moving deliveries from one state to the next, by the table of ``states.TO``."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, update
from sqlalchemy.orm import Session

from newsletter.dispatch.errors import ForbiddenMove
from newsletter.dispatch.models import Delivery
from newsletter.dispatch.states import TO, DeliveryState


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
