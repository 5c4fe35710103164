"""Municipalities that begin or end today, and their people who move along: each night.

The list itself is loaded by ``buurtpost regions load``.
"""

from datetime import time
from typing import Any

from newsletter.jobs.context import Context
from newsletter.jobs.recurring import plan_next
from subscribers import mergers

MERGERS = "mergers"  # the kind of the job
AT = time(0, 5)  # local: municipalities begin and end at midnight


def switch_tonight(context: Context, _payload: dict[str, Any]) -> None:
    """The function of the job ``mergers``; plans the next night first."""
    plan_next(context, MERGERS, at=AT)
    today = context.now().astimezone(context.settings.timezone).date()
    with context.database.write.begin() as session:
        mergers.switch(session, today=today)
