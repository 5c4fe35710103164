"""The fresh link for what a forwarded newsletter must not be enough for.

Every mailing carries a link to its reader's preferences, and mails get forwarded. To
download, erase or move to another address one therefore asks for a link at the address
itself, valid for one hour.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.correspondence.models import ServiceMail
from newsletter.correspondence.post import queue_mail
from subscribers.models import Subscriber

VALID = timedelta(hours=1)
KIND = "details-link"
# Of these links an address gets at most so many while they are valid: whoever holds a
# forwarded mail must not be able to fill its reader's mailbox.
MOST_AT_ONCE = 3


class Wish(StrEnum):
    """What the reader asked for; the mail says it back."""

    EXPORT = "export"  # download everything we hold
    ERASE = "erase"  # have us forget them
    ADDRESS = "address"  # move to another address


def mail_details_link(
    session: Session,
    *,
    subscriber: Subscriber,
    wish: Wish,
    url: str,
    language: str | None,
    list_slug: str | None = None,
    now: datetime,
) -> None:
    """Mail ``url``, which holds a DETAILS token that is valid for one hour.

    Nothing is mailed to who has enough of them: the last one works as well.
    """
    if _mailed_lately(session, subscriber, now=now) >= MOST_AT_ONCE:
        return
    queue_mail(
        session,
        kind=KIND,
        address=subscriber.address,
        language=language or subscriber.language,
        values={"url": url, "wish": wish},
        list_slug=list_slug,
        now=now,
    )


def _mailed_lately(session: Session, subscriber: Subscriber, *, now: datetime) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(ServiceMail)
            .where(
                ServiceMail.address_hash == subscriber.address_hash,
                ServiceMail.kind == KIND,
                ServiceMail.created_at > now - VALID,
            )
        )
        or 0
    )
