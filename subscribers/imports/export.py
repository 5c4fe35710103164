"""Give a list's readers out as CSV: our shape or another system's, as imports take."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from itertools import takewhile
from typing import Any, TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.errors import SubscribersError
from subscribers.imports.defusing import defuse
from subscribers.imports.formats import FORMATS, Format
from subscribers.imports.statuses import RowStatus
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
from subscribers.typed import shown

_PAGE_ROWS = 2_000
SHAPES: Mapping[str, Format] = {
    shape.name.lower(): shape for shape in FORMATS if shape.titles
}

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


class UnknownShape(SubscribersError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no shape {shown(name)}. Use one of: {', '.join(SHAPES)}."
        )


def find_shape(name: str) -> Format:
    """The shape of that name in any case, or raise UnknownShape."""
    if name.lower() not in SHAPES:
        raise UnknownShape(name)
    return SHAPES[name.lower()]


def export_readers(
    session: Session,
    out: TextIO,
    *,
    mailing_list: MailingList,
    shape: Format = FORMATS[0],
    rule: Rule | None = None,
    zone: tzinfo = HOME_ZONE,
) -> int:
    """Write everybody with a subscription to the list, in any state; how many.

    ``rule`` leaves out whom it does not select. Holds a page of readers at a time.
    """
    writer = csv.writer(out, delimiter=shape.delimiter, lineterminator="\n")
    writer.writerow(shape.titles.values())
    roles = [(role.bit, role.slug) for role in all_roles(session)]
    written = 0
    for page in _pages(session, mailing_list, rule, zone):
        partners = _partners(session, mailing_list, [reader.id for reader in page])
        for reader in page:
            status = _status(reader.state, reader.reason)
            first, infix, last = _name_parts(reader.name or "")
            if "infix" not in shape.titles:
                last = f"{infix} {last}".strip()
            cells = {
                "email": reader.address,
                "name": reader.name,
                "first_name": first,
                "infix": infix,
                "last_name": last,
                "region": reader.region_code,
                "roles": "|".join(
                    slug for bit, slug in roles if reader.role_mask >> bit & 1
                ),
                "partners": "|".join(partners[reader.id]),
                "language": reader.language,
                "status": shape.words[status],
                "joined_at": _moment(reader.joined_at),
                "frequency": reader.frequency,
                "left_at": _moment(reader.ended_at),
                "switched_off": str(status is not RowStatus.CONFIRMED).lower(),
            }
            writer.writerow([defuse(cells[field] or "") for field in shape.titles])
        written += len(page)
    return written


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _name_parts(name: str) -> tuple[str, str, str]:
    """First name, infix and last name: "Anna", "van der", "Meer"."""
    first, *rest = name.split(" ")
    infix = list(takewhile(str.islower, rest[:-1]))
    return first, " ".join(infix), " ".join(rest[len(infix) :])


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
            Subscription.ended_at,
            Subscriber.id,
            Subscriber.address,
            Subscriber.name,
            Subscriber.region_code,
            Subscriber.role_mask,
            Subscriber.language,
            Subscriber.joined_at,
            Subscriber.frequency,
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
