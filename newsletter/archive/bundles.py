"""Bundles that went out, and the web version of each of their variants."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.archive.reach import went_out
from newsletter.dispatch.bundles.models import Bundle
from newsletter.dispatch.models import Mailing, Variant


def published_bundles(session: Session) -> Sequence[Bundle]:
    """The latest first."""
    return session.scalars(
        select(Bundle)
        .join(Mailing, Mailing.id == Bundle.mailing_id)
        .where(went_out())
        .order_by(Bundle.month.desc(), Bundle.list_id)
    ).all()


def find_bundle_page(session: Session, number: str, variant_key: str) -> str | None:
    """Whole HTML, nothing personal in it; None when there is no such page."""
    return session.scalar(
        select(Variant.web)
        .join(Bundle, Bundle.mailing_id == Variant.mailing_id)
        .where(Bundle.number == number, Variant.key == variant_key)
    )
