"""Give a list's readers out as CSV, in the shape an import takes."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any, TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.imports.columns import OWN
from subscribers.imports.defusing import defuse
from subscribers.imports.rows import RowStatus
from subscribers.models import (
    MailingList,
    PartnerConsent,
    Sender,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)
from subscribers.roles import all_roles
from subscribers.segments.compile import compile_rule
from subscribers.segments.fields import HOME_ZONE
from subscribers.segments.rules import Rule

_PAGE_ROWS = 2_000

_SUPPRESSED: Mapping[SuppressionReason, RowStatus] = {
    SuppressionReason.STAFF: RowStatus.SUPPRESSED,
    SuppressionReason.BOUNCED: RowStatus.BOUNCED,
    SuppressionReason.COMPLAINED: RowStatus.COMPLAINED,
    # Their own choice, which they may take back wherever the file goes.
    SuppressionReason.LEFT: RowStatus.ENDED,
    SuppressionReason.ERASED: RowStatus.ENDED,
}
_STATES: Mapping[SubscriptionState, RowStatus] = {
    SubscriptionState.CONFIRMED: RowStatus.CONFIRMED,
    SubscriptionState.PENDING: RowStatus.PENDING,
    # There is no proof to take along: whoever reads the file must not mail them.
    SubscriptionState.QUARANTINED: RowStatus.PENDING,
    SubscriptionState.ENDED: RowStatus.ENDED,
}


def export_readers(
    session: Session,
    out: TextIO,
    *,
    mailing_list: MailingList,
    rule: Rule | None = None,
    zone: tzinfo = HOME_ZONE,
) -> int:
    """Write everybody with a subscription to the list, in any state; how many.

    ``rule`` leaves out whom it does not select. Holds a page of readers at a time.
    """
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(OWN)
    roles = [(role.bit, role.slug) for role in all_roles(session)]
    written = 0
    for page in _pages(session, mailing_list, rule, zone):
        partners = _partners(session, mailing_list, [reader.id for reader in page])
        for reader in page:
            cells = {
                "email": defuse(reader.address),
                "name": defuse(reader.name or ""),
                "region": reader.region_code or "",
                "roles": "|".join(
                    slug for bit, slug in roles if reader.role_mask >> bit & 1
                ),
                "partners": "|".join(partners[reader.id]),
                "language": reader.language or "",
                "status": _status(reader.state, reader.reason).value,
                "joined_at": reader.joined_at.astimezone(UTC).isoformat(
                    timespec="seconds"
                ),
            }
            writer.writerow([cells[column] for column in OWN])
        written += len(page)
    return written


def _status(state: SubscriptionState, reason: SuppressionReason | None) -> RowStatus:
    return _STATES[state] if reason is None else _SUPPRESSED[reason]


def _pages(
    session: Session, mailing_list: MailingList, rule: Rule | None, zone: tzinfo
) -> Iterator[Sequence[Any]]:
    """Page by page in the order they subscribed."""
    query = (
        select(
            Subscription.id.label("subscription_id"),
            Subscription.state,
            Subscriber.id,
            Subscriber.address,
            Subscriber.name,
            Subscriber.region_code,
            Subscriber.role_mask,
            Subscriber.language,
            Subscriber.joined_at,
            Suppression.reason,
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(Suppression, Suppression.address_hash == Subscriber.address_hash)
        .where(Subscription.list_id == mailing_list.id)
        .order_by(Subscription.id)
        .limit(_PAGE_ROWS)
    )
    if rule is not None:
        query = query.where(compile_rule(rule, list_id=mailing_list.id, zone=zone))
    last = 0
    while page := session.execute(query.where(Subscription.id > last)).all():
        yield page
        last = page[-1].subscription_id


def _partners(
    session: Session, mailing_list: MailingList, ids: Sequence[int]
) -> defaultdict[int, list[str]]:
    query = (
        select(PartnerConsent.subscriber_id, Sender.slug)
        .join(Sender, Sender.id == PartnerConsent.sender_id)
        .where(
            PartnerConsent.list_id == mailing_list.id,
            PartnerConsent.subscriber_id.in_(ids),
        )
        .order_by(Sender.slug)
    )
    slugs: defaultdict[int, list[str]] = defaultdict(list)
    for person, slug in session.execute(query):
        slugs[person].append(slug)
    return slugs
