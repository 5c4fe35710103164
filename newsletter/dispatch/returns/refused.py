"""What a reader's server answered to our own mail: as telling as a bounce.

Recording a chunk writes one job when anybody in it was refused; here their answers
become reports, stored and applied like any other (``store``, ``apply``).
"""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch.models import Delivery
from newsletter.dispatch.returns.store import store
from newsletter.dispatch.states import DeliveryState
from newsletter.jobs.context import Context
from newsletter.providers.events import Event, EventKind
from newsletter.providers.statuses import says_gone, status_in

PROVIDER = "smtp"
# A server's 5xx, or the 4xx it gave up with; what we refused ourselves tells nothing
# of a reader, and neither does an HTTP status.
_ANSWER = re.compile(r"(?:^|: )(5\d\d|421|45\d)[ -]", re.ASCII)


def report_refusals(context: Context, payload: dict[str, Any]) -> None:
    """The function of the job ``refusals``; ``payload`` is the range of a chunk."""
    now = context.now()
    with context.database.write.begin() as session:
        store(session, PROVIDER, _answers(session, **payload), now=now)


def _answers(
    session: Session, mailing_id: int, first_seq: int, last_seq: int
) -> Iterator[Event]:
    refused = session.execute(
        select(Delivery.seq, Delivery.detail, Delivery.changed_at).where(
            Delivery.mailing_id == mailing_id,
            Delivery.seq.between(first_seq, last_seq),
            Delivery.state == DeliveryState.REFUSED,
        )
    )
    for seq, detail, changed_at in refused:
        if _ANSWER.search(detail):
            gone = says_gone(detail)
            yield Event(
                # Tried again by a person and refused again, it is another answer.
                key=f"{mailing_id}-{seq} {changed_at.isoformat()}",
                kind=EventKind.HARD_BOUNCE if gone else EventKind.SOFT_BOUNCE,
                name="refused",
                at=changed_at,
                delivery=f"{mailing_id}-{seq}",
                address=None,
                status=status_in(detail),
                detail=detail,
            )
