"""Forgetting by rule, of readers and of what providers reported: once a night.

A worker does it by a job of its own; ``buurtpost retention run`` does it now.
"""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from database.session import Database
from newsletter.dispatch.returns.ageing import forget_old, forget_whom
from newsletter.erasure.erasure import forget_undone
from newsletter.jobs.context import Context
from newsletter.jobs.recurring import plan_next
from newsletter.settings import Settings
from subscribers import retention
from subscribers.retention import Forgotten

RETENTION = "retention"  # the kind of the job
AT = time(3, 40)  # local: few people read or sign up then


@dataclass(frozen=True)
class Cleaned:
    """How much was forgotten."""

    readers: Forgotten
    reports: int


def run(database: Database, settings: Settings, *, now: datetime) -> Cleaned:
    """Forget whatever is older than its rule allows; commits in small steps."""
    forget_whom(database, now=now)
    forget_undone(database, now=now)
    return Cleaned(
        retention.run(database, pending_days=settings.pending_days, now=now),
        forget_old(database, now=now),
    )


def run_nightly(context: Context, _payload: dict[str, Any]) -> None:
    """The function of the job ``retention``; plans the next night first."""
    plan_next(context, RETENTION, at=AT)
    run(context.database, context.settings, now=context.now())
