"""Why somebody on a list is not mailed.

``EXCLUSIONS`` is the one table of reasons; the freeze writes them down. Who has none of
them is counted in ``mailed``.
"""

from collections.abc import Callable, Set
from datetime import date

from sqlalchemy import ColumnElement, and_, case, not_, null, select

from subscribers.models import (
    ConsentAct,
    ConsentRecord,
    Frequency,
    MailingList,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
)

Reason = Callable[[int, date], ColumnElement[bool]]


def _suppressed(_list_id: int, _today: date) -> ColumnElement[bool]:
    suppression = select(Suppression.address_hash).where(
        Suppression.address_hash == Subscriber.address_hash
    )
    return suppression.correlate(Subscriber).exists()


def _in_state(state: SubscriptionState) -> Reason:
    return lambda _list_id, _today: Subscription.state == state


def _without_consent(list_id: int, _today: date) -> ColumnElement[bool]:
    sender = select(MailingList.sender_id).where(MailingList.id == list_id)
    consent = select(ConsentRecord.id).where(
        ConsentRecord.subscriber_id == Subscriber.id,
        ConsentRecord.list_id == list_id,
        ConsentRecord.sender_id == sender.correlate(None).scalar_subquery(),
        ConsentRecord.act.in_([ConsentAct.CONFIRMED, ConsentAct.IMPORTED]),
    )
    return not_(consent.correlate(Subscriber).exists())


def _resting(_list_id: int, today: date) -> ColumnElement[bool]:
    return and_(Subscriber.paused_until.is_not(None), Subscriber.paused_until > today)


def _bundled(_list_id: int, _today: date) -> ColumnElement[bool]:
    return Subscriber.frequency == Frequency.MONTHLY


# Holds for an issue alone. A bundle is what these readers get instead of it; and what
# somebody has must be put right however often they want mail.
BUNDLED = frozenset({"bundled"})

# One reason per person, the first that holds. None of them is ever NULL.
EXCLUSIONS: tuple[tuple[str, Reason], ...] = (
    ("suppressed", _suppressed),
    ("ended", _in_state(SubscriptionState.ENDED)),
    ("quarantined", _in_state(SubscriptionState.QUARANTINED)),
    ("pending", _in_state(SubscriptionState.PENDING)),
    ("no_consent", _without_consent),
    ("resting", _resting),
    ("bundled", _bundled),
)


def exclusion_case(
    list_id: int, *, today: date, but: Set[str] = frozenset()
) -> ColumnElement[str | None]:
    """Why a subscription of the list is not mailed today, or NULL when it is.

    Stands in a query over ``Subscription`` joined with ``Subscriber``. ``but`` names
    reasons that do not count.
    """
    reasons = [(reason(list_id, today), name) for name, reason in _counting(but)]
    return case(*reasons, else_=null())


def _counting(but: Set[str]) -> list[tuple[str, Reason]]:
    return [(name, reason) for name, reason in EXCLUSIONS if name not in but]
