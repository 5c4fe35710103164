"""Bundles by themselves: a worker looks every morning whether a month wants its own."""

from datetime import time
from typing import Any

from sqlalchemy import select

from newsletter.dispatch.bundles.errors import NothingToBundle
from newsletter.dispatch.bundles.months import month_of
from newsletter.dispatch.bundles.send import make_bundle
from newsletter.dispatch.errors import AlreadyStarted
from newsletter.errors import NewsletterError
from newsletter.jobs.context import Context
from newsletter.jobs.recurring import plan_next
from subscribers.models import MailingList

BUNDLES = "bundles"  # the kind of the job
# Local. On the first of a month the bundle of the month before goes out at this hour;
# whatever kept a worker from it then, it goes the next morning there is one.
AT = time(10, 0)
BY = "Buurtpost"  # who made it, in the audit log


def make_due_bundles(context: Context, _payload: dict[str, Any]) -> None:
    """The function of the job ``bundles``; plans the next morning first.

    A list that fails keeps no other from its bundle; raises the first refusal then,
    so that the job is tried again.
    """
    plan_next(context, BUNDLES, at=AT)
    now = context.now()
    month = month_of(now, context.settings.timezone).before
    with context.database.read() as session:
        lists = session.scalars(select(MailingList.id).order_by(MailingList.id)).all()
    refusals = []
    for list_id in lists:
        try:
            make_bundle(
                context.database, context.settings, list_id, month, by=BY, now=now
            )
        except (AlreadyStarted, NothingToBundle):
            continue
        except NewsletterError as refusal:
            refusals.append(refusal)
    if refusals:
        raise refusals[0]
