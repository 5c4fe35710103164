"""The feeds we ask: added, stopped, started again, and how each is doing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.exchange.errors import BadFeed, FeedExists, UnknownFeed
from newsletter.exchange.models import PartnerFeed
from newsletter.exchange.reading.values import web_address
from newsletter.exchange.troubles import Trouble
from newsletter.partners.partners import find_partner
from subscribers import typed

EVERY = timedelta(hours=1)
LONGEST_WAIT = timedelta(hours=24)


class Health(StrEnum):
    NEW = "new"  # nobody asked it yet
    WELL = "well"
    FAILING = "failing"  # the last try failed; there will be another
    STOPPED = "stopped"  # it is not asked any more


def health_of(feed: PartnerFeed) -> Health:
    if feed.stopped_at:
        return Health.STOPPED
    if feed.failures:
        return Health.FAILING
    return Health.WELL if feed.succeeded_at else Health.NEW


def add_feed(session: Session, *, url: str, partner: str, now: datetime) -> PartnerFeed:
    """Ask this address from now on; nothing is fetched here.

    Raises UnknownPartner, BadFeed or FeedExists.
    """
    found = find_partner(session, partner)
    address = web_address(url)
    if address is None:
        raise BadFeed(
            f"{typed.shown(url)} is not a web address. It begins with https://."
        )
    if known := _find(session, address):
        raise FeedExists(address, known.partner.name)
    feed = PartnerFeed(
        partner_id=found.id, url=address, next_at=now, created_at=now, failures=0
    )
    session.add(feed)
    session.flush()
    return feed


def all_feeds(session: Session) -> Sequence[PartnerFeed]:
    """By partner, then by address."""
    feeds = session.scalars(select(PartnerFeed)).all()
    return sorted(feeds, key=lambda feed: (feed.partner.name, feed.url))


def find_feed(session: Session, url: str) -> PartnerFeed:
    feed = _find(session, url.replace("\0", "").strip())
    if feed is None:
        raise UnknownFeed(url)
    return feed


def stop_feed(session: Session, url: str, *, now: datetime) -> PartnerFeed:
    """Ask it no more; what came in stays."""
    feed = find_feed(session, url)
    feed.stopped_at = feed.stopped_at or now
    return feed


def start_feed(session: Session, url: str, *, now: datetime) -> PartnerFeed:
    """Ask it again, from now on and for everything it has."""
    feed = find_feed(session, url)
    feed.stopped_at = None
    feed.failures = 0
    feed.trouble = None
    feed.detail = ""
    feed.next_at = now
    feed.etag = feed.last_modified = feed.body_hash = None
    return feed


def note_success(feed: PartnerFeed, *, now: datetime) -> None:
    feed.asked_at = feed.succeeded_at = now
    feed.failures = 0
    feed.trouble = None
    feed.detail = ""
    feed.next_at = now + EVERY


def note_trouble(
    feed: PartnerFeed,
    trouble: Trouble,
    detail: str,
    *,
    wait: timedelta | None,
    now: datetime,
) -> None:
    """Twice as long after each failure in a row, and never sooner than was asked."""
    feed.asked_at = now
    feed.failures += 1
    feed.trouble = trouble
    feed.detail = detail
    pause = min(EVERY * 2 ** min(feed.failures - 1, 10), LONGEST_WAIT)
    feed.next_at = now + min(max(pause, wait or pause), LONGEST_WAIT)
    if trouble is Trouble.GONE:
        feed.stopped_at = now


def _find(session: Session, url: str) -> PartnerFeed | None:
    return session.scalar(select(PartnerFeed).where(PartnerFeed.url == url))
