"""Which links are dead: gone, or silent for days."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_

from newsletter.elsewhere.looking import GONE
from newsletter.elsewhere.models import LinkLook

SILENT_FOR = timedelta(days=3)  # a site may be down for a weekend


@dataclass(frozen=True)
class DeadLink:
    url: str
    status: int | None  # None: no answer
    since: datetime  # when it was first found so

    @classmethod
    def of(cls, look: LinkLook) -> "DeadLink":
        return cls(look.url, look.status, look.failing_since or look.looked_at)

    @property
    def is_gone(self) -> bool:
        """It says itself that there is no such page; else it said nothing for days."""
        return self.status in GONE


def is_dead(now: datetime) -> ColumnElement[bool]:
    """Over ``LinkLook``."""
    return or_(LinkLook.status.in_(GONE), LinkLook.failing_since <= now - SILENT_FOR)
