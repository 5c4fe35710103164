"""The address of a partner's feed: made, opened, revoked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.partners.models import Partner
from newsletter.sharing.models import FeedOut
from subscribers.tokens import Purpose, Signer


def feed_out_of(session: Session, partner: Partner) -> FeedOut | None:
    """The one that opens now; None when there is none."""
    return session.scalars(
        select(FeedOut)
        .where(FeedOut.partner_id == partner.id, FeedOut.revoked_at.is_(None))
        .order_by(FeedOut.id.desc())
        .limit(1)
    ).first()


def make_feed(session: Session, partner: Partner, *, now: datetime) -> FeedOut:
    """The partner's feed; the one there is when there is one."""
    known = feed_out_of(session, partner)
    if known:
        return known
    made = FeedOut(partner_id=partner.id, made_at=now)
    session.add(made)
    session.flush()
    return made


def revoke_feeds(session: Session, partner: Partner, *, now: datetime) -> int:
    """No address this partner was given opens any more; how many there were."""
    found: Sequence[FeedOut] = session.scalars(
        select(FeedOut).where(
            FeedOut.partner_id == partner.id, FeedOut.revoked_at.is_(None)
        )
    ).all()
    for one in found:
        one.revoked_at = now
    return len(found)


def token_of(signer: Signer, feed: FeedOut) -> str:
    return signer.sign(Purpose.PARTNER_FEED, feed.id)


def address_of(signer: Signer, feed: FeedOut, base_url: str, ending: str) -> str:
    return f"{base_url}/feeds/partners/{token_of(signer, feed)}.{ending}"


def open_feed(
    session: Session, signer: Signer, token: str, *, now: datetime
) -> FeedOut | None:
    """The feed behind a token; None when it is altered, unknown or revoked."""
    numbers = signer.read(Purpose.PARTNER_FEED, token, now=now)
    if numbers is None or len(numbers) != 1:
        return None
    feed = session.get(FeedOut, numbers[0])
    return None if feed is None or feed.revoked_at else feed
