"""Asking feeds as work that comes back: a little at a time, so that nobody's
confirmation waits behind a server that does not answer."""

from datetime import timedelta
from typing import Any

from newsletter.exchange.polling import due_feeds, poll
from newsletter.jobs.context import Context
from newsletter.jobs.queue import enqueue
from newsletter.jobs.recurring import plan_next

POLL = "poll-feeds"  # the kind of the job
AT = timedelta(minutes=15)
SECONDS = 20.0  # then others may go first
_AT_ONCE = 200


def poll_due(context: Context, _payload: dict[str, Any]) -> None:
    """The function of the job ``poll-feeds``; plans the next one first."""
    plan_next(context, POLL, at=AT)
    with context.database.read() as session:
        feeds = due_feeds(session, now=context.now(), limit=_AT_ONCE)
    if not feeds:
        return
    polled = poll(
        context.database,
        context.settings,
        feeds,
        clock=context.now,
        seconds=SECONDS,
    )
    if len(polled) < len(feeds) or len(feeds) == _AT_ONCE:
        # The rest, behind whatever became due meanwhile.
        with context.database.write.begin() as session:
            enqueue(session, POLL, {}, now=context.now())
