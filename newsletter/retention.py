"""Forgetting by rule, of readers and of what providers reported: once a night.

A worker does it by a job of its own; ``buurtpost retention run`` does it now.
"""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from database.session import Database
from newsletter.dispatch.returns.ageing import forget_old, forget_whom, forget_words
from newsletter.erasure.erasure import forget_undone
from newsletter.jobs.ageing import forget_done
from newsletter.jobs.context import Context
from newsletter.jobs.recurring import plan_next
from newsletter.privacy import forget_held
from newsletter.settings import Settings
from newsletter.workflow.ageing import forget_old_links
from subscribers import readers, retention
from subscribers.models import SuppressionReason
from subscribers.retention import Forgotten

RETENTION = "retention"  # the kind of the job
AT = time(3, 40)  # local: few people read or sign up then


@dataclass(frozen=True)
class Cleaned:
    """How much was forgotten."""

    readers: Forgotten
    reports: int
    details: int  # people not mailed any more, of whom address and consent are left
    gone: int  # people not mailed for long
    words: int  # of servers, about single mails


def run(database: Database, settings: Settings, *, now: datetime) -> Cleaned:
    """Forget whatever is older than its rule allows; commits in small steps."""
    forget_whom(database, now=now)
    forget_undone(database, now=now)
    forget_old_links(database, now=now)
    forget_done(database, now=now)
    with database.write.begin() as session:
        readers.take_out_suppressed(session)
    return Cleaned(
        retention.run(database, pending_days=settings.pending_days, now=now),
        forget_old(database, now=now),
        retention.empty_details(database, now=now),
        _forget_long_gone(database, now=now),
        forget_words(database, now=now),
    )


def _forget_long_gone(database: Database, *, now: datetime) -> int:
    gone = 0
    while True:
        with database.write.begin() as session:
            held = retention.hold_long_gone(session, now=now)
            # No old file of readers may bring them back; they themselves may.
            forget_held(session, held, reason=SuppressionReason.LEFT, now=now)
        gone += len(held)
        if not held:
            return gone


def run_nightly(context: Context, _payload: dict[str, Any]) -> None:
    """The function of the job ``retention``; plans the next night first."""
    plan_next(context, RETENTION, at=AT)
    run(context.database, context.settings, now=context.now())
