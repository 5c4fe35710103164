"""One reminder to who signed up and did not press the button; then we forget them.

Once a morning, to sign-ups halfway their days. Never a second one for the same person
and list, and none to somebody we know: they may have been signed up by a stranger.
"""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from newsletter.correspondence.confirmation import confirm_by_mail
from newsletter.jobs.context import Context
from newsletter.jobs.recurring import plan_next
from subscribers.models import (
    SignupRequest,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
)

REMINDERS = "reminders"  # the kind of the job
AT = time(9, 40)  # local: when people look at their mail
AT_ONCE = 200  # mails per transaction: SQLite has one writer, and others wait
MAIL = "reminder"  # the folder of its words


def remind_today(context: Context, _payload: dict[str, Any]) -> None:
    """The function of the job ``reminders``; plans the next morning first."""
    plan_next(context, REMINDERS, at=AT)
    while True:
        with context.database.write.begin() as session:
            days = context.settings.pending_days
            due = _due(session, pending_days=days, now=context.now())
            for request in due:
                # In the transaction of the mail: it is there once or not at all.
                request.reminded_at = context.now()
                confirm_by_mail(
                    session,
                    request_id=request.id,
                    base_url=context.settings.base_url,
                    pending_days=days,
                    signer=context.signer,
                    kind=MAIL,
                    now=context.now(),
                )
        if len(due) < AT_ONCE:
            return


def _due(session: Session, *, pending_days: int, now: datetime) -> list[SignupRequest]:
    term = timedelta(days=pending_days)
    other = aliased(SignupRequest)
    return list(
        session.scalars(
            select(SignupRequest)
            .join(Subscriber, Subscriber.id == SignupRequest.subscriber_id)
            .join(
                Subscription,
                (Subscription.subscriber_id == SignupRequest.subscriber_id)
                & (Subscription.list_id == SignupRequest.list_id),
            )
            .where(
                SignupRequest.confirmed_at.is_(None),
                SignupRequest.reminded_at.is_(None),
                SignupRequest.requested_at <= now - term / 2,
                SignupRequest.requested_at > now - term,
                Subscription.state == SubscriptionState.PENDING,
                ~exists().where(Suppression.address_hash == Subscriber.address_hash),
                # Of several the last one, which says what they want by now.
                ~exists().where(
                    other.subscriber_id == SignupRequest.subscriber_id,
                    other.list_id == SignupRequest.list_id,
                    or_(other.reminded_at.is_not(None), other.id > SignupRequest.id),
                ),
            )
            .order_by(SignupRequest.id)
            .limit(AT_ONCE)
            .with_for_update(of=SignupRequest, skip_locked=True)
        )
    )
