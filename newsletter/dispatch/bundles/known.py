"""The bundles there are."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch.bundles.errors import NoBundle
from newsletter.dispatch.bundles.models import Bundle
from newsletter.dispatch.bundles.months import Month
from newsletter.dispatch.models import Mailing
from subscribers.models import MailingList


def bundle_of(
    session: Session, mailing_list: MailingList, month: Month
) -> Bundle | None:
    return session.scalar(
        select(Bundle).where(
            Bundle.list_id == mailing_list.id, Bundle.month == str(month)
        )
    )


def find_bundle(session: Session, number: str) -> Bundle:
    """By what people call it. Raises NoBundle."""
    # Looked at first: a database refuses to be asked for a NUL.
    if number.isprintable():
        known = session.scalar(select(Bundle).where(Bundle.number == number))
        if known is not None:
            return known
    raise NoBundle(number)


def all_bundles(session: Session) -> Sequence[Bundle]:
    """The latest first."""
    return session.scalars(
        select(Bundle)
        .join(Mailing, Mailing.id == Bundle.mailing_id)
        .order_by(Mailing.frozen_at.desc(), Bundle.mailing_id.desc())
    ).all()
