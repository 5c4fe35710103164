"""*Withdrawn*: a partner takes a piece back, or gives it again.

What is gone from its feed is withdrawn by ``intake``; this is for who hears it
otherwise.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.exchange.models import SourceItem, leading
from newsletter.library.models import LibraryItem


def withdraw(item: LibraryItem, *, now: datetime) -> None:
    """It blocks every issue that shows it, and leaves our pages and feeds."""
    item.withdrawn_at = item.withdrawn_at or now


def give_back(item: LibraryItem) -> None:
    """The partner agrees that it is used after all."""
    item.withdrawn_at = None


def arrived(session: Session, *, limit: int = 20) -> Sequence[LibraryItem]:
    """What came in by feeds, the latest first."""
    came = session.scalars(
        select(LibraryItem)
        .join(SourceItem, SourceItem.item_id == LibraryItem.id)
        .where(leading())
        .order_by(SourceItem.first_seen_at.desc(), SourceItem.id.desc())
        .limit(limit)
    )
    return list(dict.fromkeys(came))


def withdrawn_pieces(session: Session) -> Sequence[LibraryItem]:
    """The latest first."""
    return session.scalars(
        select(LibraryItem)
        .where(LibraryItem.withdrawn_at.is_not(None))
        .order_by(LibraryItem.withdrawn_at.desc(), LibraryItem.id)
    ).all()
