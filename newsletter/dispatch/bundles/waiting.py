"""Which issues wait for a bundle, and of which versions it may tell.

At the freeze of an issue whoever gets the bundle is written down as *bundled*, with the
version they would have got; who chose it between the freeze and the claim is cancelled
with that word. A bundle tells of nothing else, so nobody is told of what they would not
have had, and who joined later or was resting then is told nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from newsletter.dispatch.bundles.models import Bundle
from newsletter.dispatch.bundles.months import Month
from newsletter.dispatch.models import Delivery, Mailing, Variant
from newsletter.dispatch.states import (
    DeliveryState,
    Exclusion,
    MailingKind,
    MailingState,
)
from newsletter.issues.editions import BASE_KEY
from newsletter.issues.models import Issue
from subscribers.models import MailingList


@dataclass(frozen=True)
class Waiting:
    """What a list's bundle of a month would be made of now."""

    mailing_list: MailingList
    month: Month
    until: datetime  # issues frozen before are in it
    mailings: Sequence[Mailing]  # of the issues, the oldest first; at least one
    variants: Sequence[Variant]  # somebody waits with, and each issue's base

    @property
    def issues(self) -> Mapping[int, Issue]:
        return {mailing.id: mailing.issue for mailing in self.mailings}

    @property
    def last(self) -> Issue:
        return self.mailings[-1].issue


def is_waiting() -> ColumnElement[bool]:
    """Over ``Delivery``: the bundle tells this reader of this issue."""
    return and_(
        Delivery.variant_id.is_not(None),  # else nothing in the issue is for them
        or_(
            Delivery.exclusion == Exclusion.BUNDLED,
            and_(
                Delivery.state == DeliveryState.CANCELLED,
                Delivery.detail == Exclusion.BUNDLED.value,
            ),
        ),
    )


def find_waiting(
    session: Session,
    mailing_list: MailingList,
    month: Month,
    *,
    zone: tzinfo,
    now: datetime,
) -> Waiting | None:
    """Everything since the list's last bundle, up to the month's end. None: nothing.

    So a month whose bundle was never made is in the next, and an issue that is mailed
    after a bundle made early is, too. An issue that was called off is in none.
    """
    until = min(month.after.begins(zone), now)
    since = session.scalar(
        select(func.max(Bundle.until)).where(Bundle.list_id == mailing_list.id)
    )
    mailed = (
        select(Mailing)
        .join(Issue, Issue.id == Mailing.issue_id)
        .where(
            Mailing.kind == MailingKind.ISSUE,
            Mailing.state != MailingState.CANCELLED,
            Mailing.frozen_at < until,
            Issue.list_id == mailing_list.id,
        )
        .order_by(Mailing.frozen_at, Mailing.id)
    )
    if since is not None:
        mailed = mailed.where(Mailing.frozen_at >= since)
    mailings = session.scalars(mailed).all()
    waited_for = session.scalars(
        select(Delivery.variant_id)
        .where(Delivery.mailing_id.in_([one.id for one in mailings]), is_waiting())
        .distinct()
    ).all()
    of_mailings = select(Variant.mailing_id).where(Variant.id.in_(waited_for))
    variants = session.scalars(
        select(Variant)
        .where(
            Variant.mailing_id.in_(of_mailings),
            or_(Variant.id.in_(waited_for), Variant.key == BASE_KEY),
        )
        .order_by(Variant.id)
    ).all()
    if not variants:
        return None
    told = {variant.mailing_id for variant in variants}
    return Waiting(
        mailing_list,
        month,
        until,
        [mailing for mailing in mailings if mailing.id in told],
        variants,
    )
