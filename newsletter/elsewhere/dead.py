"""Which links are dead: gone, or silent for days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from newsletter.elsewhere.looking import GONE
from newsletter.elsewhere.models import LinkLook

SILENT_FOR = timedelta(days=3)  # a site may be down for a weekend
_IN_A_QUERY = 500


@dataclass(frozen=True)
class DeadLink:
    url: str
    status: int | None  # None: no answer
    since: datetime  # when it was first found so

    @property
    def is_gone(self) -> bool:
        """It says itself that there is no such page; else it said nothing for days."""
        return self.status in GONE


def is_dead(now: datetime) -> ColumnElement[bool]:
    """Over ``LinkLook``."""
    return or_(LinkLook.status.in_(GONE), LinkLook.failing_since <= now - SILENT_FOR)


def dead_among(
    session: Session, urls: Iterable[str], *, now: datetime
) -> dict[str, DeadLink]:
    """Those of these links that are dead, as far as anybody looked."""
    asked = list(dict.fromkeys(urls))
    found: dict[str, DeadLink] = {}
    for start in range(0, len(asked), _IN_A_QUERY):
        some = asked[start : start + _IN_A_QUERY]
        for look in session.scalars(
            select(LinkLook).where(LinkLook.url.in_(some), is_dead(now))
        ):
            since = look.failing_since or look.looked_at
            found[look.url] = DeadLink(look.url, look.status, since)
    return found
