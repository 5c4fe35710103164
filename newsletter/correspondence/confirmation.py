"""The job behind every sign-up: decide which mail its owner gets, if any.

It runs after the form has answered, so that neither the answer nor the time it takes
tells whether an address was known.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.correspondence.post import queue_mail
from newsletter.jobs.context import Context
from subscribers import suppression
from subscribers.models import (
    MailingList,
    SignupRequest,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from subscribers.tokens import Purpose, Signer


def write_confirmation(context: Context, payload: dict[str, Any]) -> None:
    """The function of the job ``confirmation``; ``payload`` names the request."""
    with context.database.write.begin() as session:
        confirm_by_mail(
            session,
            request_id=int(payload["request"]),
            base_url=context.settings.base_url,
            pending_days=context.settings.pending_days,
            signer=context.signer,
            now=context.now(),
        )


def confirm_by_mail(
    session: Session,
    *,
    request_id: int,
    base_url: str,
    pending_days: int,
    signer: Signer,
    kind: str | None = None,
    now: datetime,
) -> None:
    """Queue the mail with the link that confirms; nothing when it may not be sent.

    ``kind`` are its words; without one those for who they are.
    """
    request = session.get(SignupRequest, request_id)
    # Gone: erased in the meantime. Confirmed: nothing is left to ask.
    if request is None or request.confirmed_at is not None:
        return
    subscriber = session.get_one(Subscriber, request.subscriber_id)
    if not _may_be_mailed(session, subscriber):
        return
    mailing_list = session.get_one(MailingList, request.list_id)
    language = (
        request.details.get("language") or subscriber.language or mailing_list.language
    )
    token = signer.sign(
        Purpose.CONFIRM,
        request.id,
        until=request.requested_at + timedelta(days=pending_days),
    )
    queue_mail(
        session,
        kind=kind or _kind(session, subscriber, mailing_list),
        address=subscriber.address,
        language=language,
        values={
            "list_name": mailing_list.name,
            "sender_name": mailing_list.sender.name,
            # The page behind it speaks as the mail does, whatever their browser asks.
            "url": f"{base_url}/confirm/{token}?lang={language}",
        },
        list_slug=mailing_list.slug,
        now=now,
    )


def _may_be_mailed(session: Session, subscriber: Subscriber) -> bool:
    reason = suppression.reason_for(session, subscriber.address_hash)
    # What only staff can lift was not the reader's own decision: a mail to somebody who
    # complained, or whose mailbox is gone, is never ours to send.
    return reason is None or reason in suppression.OWN_DECISION


def _kind(session: Session, subscriber: Subscriber, mailing_list: MailingList) -> str:
    state = session.scalar(
        select(Subscription.state).where(
            Subscription.subscriber_id == subscriber.id,
            Subscription.list_id == mailing_list.id,
        )
    )
    # Somebody typed a known address: its owner reads that nothing changes unless
    # they press the button, and can change their details with it.
    if state is SubscriptionState.CONFIRMED:
        return "already-subscribed"
    return "confirmation"
