"""The picture of a piece that came in, copied: mail loads nothing from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import media
from newsletter.errors import NewsletterError
from newsletter.exchange.asking import Get
from newsletter.exchange.models import SourceItem
from newsletter.fetching import FetchError


@dataclass(frozen=True)
class Wanted:
    row_id: int
    url: str


@dataclass(frozen=True)
class Brought:
    wanted: Wanted
    image: media.StoredImage | None  # None: there is no picture to be had there


def wanted_pictures(session: Session, *, limit: int) -> Sequence[Wanted]:
    """Those of pieces that have none, the oldest first."""
    return [
        Wanted(row_id, url or "")
        for row_id, url in session.execute(
            select(SourceItem.id, SourceItem.image_wanted)
            .where(SourceItem.image_wanted.is_not(None))
            .order_by(SourceItem.id)
            .limit(limit)
        )
    ]


def bring(wanted: Wanted, get: Get, folder: Path) -> Brought:
    """Fetch it and write it anew; never raises for what a server can do."""
    try:
        page = get(wanted.url, headers={"Accept": "image/*"})
        if page.status != 200:
            return Brought(wanted, None)
        return Brought(wanted, media.store(folder, page.body))
    except (FetchError, NewsletterError):
        return Brought(wanted, None)


def hang(session: Session, brought: Brought) -> None:
    """Give it to its piece, unless an editor was there first. Asked for once only."""
    row = session.get(SourceItem, brought.wanted.row_id)
    if row is None:
        return
    row.image_wanted = None
    item, image = row.item, brought.image
    if row.leads and item and image and not item.image:
        item.image = image.hash
        item.image_width, item.image_height = image.width, image.height
