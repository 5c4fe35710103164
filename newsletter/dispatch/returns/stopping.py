"""The circuit breaker for what is reported later: complaints, and mails that came back.

Where a provider takes everything first and tells afterwards, the answers while sending
say nothing; these do.
"""

import logging
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import func, select

from database.session import Database
from newsletter.dispatch.flight.pace.breaker import why_stop_for_reports
from newsletter.dispatch.locks import lock_mailing
from newsletter.dispatch.models import Delivery
from newsletter.dispatch.returns.models import ReportedEvent
from newsletter.dispatch.states import DeliveryState, MailingState
from newsletter.providers.events import EventKind
from newsletter.reasons import Reason

log = logging.getLogger("buurtpost.dispatch")

_TAKEN = (
    DeliveryState.ACCEPTED,
    DeliveryState.DELIVERED,
    DeliveryState.BOUNCED,
    DeliveryState.COMPLAINED,
)
_BACK = frozenset({EventKind.HARD_BOUNCE, EventKind.SOFT_BOUNCE})
# Counting a large mailing is work: for a bounce now and then it is not done.
_WORTH_COUNTING = 0.05


def suspects(events: Iterable[ReportedEvent]) -> set[int]:
    """The mailings that these reports give a reason to count."""
    reports: Counter[int] = Counter()
    back: Counter[int] = Counter()
    complained = set()
    for event in events:
        if event.mailing_id is None:
            continue
        reports[event.mailing_id] += 1
        back[event.mailing_id] += event.kind in _BACK
        if event.kind is EventKind.COMPLAINT:
            complained.add(event.mailing_id)
    return complained | {
        mailing_id
        for mailing_id, count in back.items()
        if count > reports[mailing_id] * _WORTH_COUNTING
    }


def stop_what_goes_wrong(database: Database, mailing_ids: set[int]) -> None:
    """Pause those of them that are being sent and are reported too often; commits.

    What was reported before a person resumed one does not count again.
    """
    for mailing_id in sorted(mailing_ids):
        with database.write.begin() as session:
            mailing = lock_mailing(session, mailing_id)
            if mailing is None or mailing.state is not MailingState.SENDING:
                continue
            since = mailing.resumed_at or mailing.frozen_at
            assert since is not None  # it is being sent
            counted = session.execute(
                select(Delivery.state, func.count())
                .where(
                    Delivery.mailing_id == mailing_id,
                    Delivery.state.in_(_TAKEN),
                    Delivery.changed_at >= since,
                )
                .group_by(Delivery.state)
            )
            why = _why_stop({row[0]: int(row[1]) for row in counted if row[0]})
            if why is not None:
                mailing.state = MailingState.PAUSED
                mailing.reason = why.stored()
                log.warning("mailing=%d paused %s", mailing_id, why.code)


def _why_stop(counts: dict[DeliveryState, int]) -> Reason | None:
    return why_stop_for_reports(
        taken=sum(counts.values()),
        bounced=counts.get(DeliveryState.BOUNCED, 0),
        complaints=counts.get(DeliveryState.COMPLAINED, 0),
    )
