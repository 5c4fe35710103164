"""What every freeze writes down, of an issue and of a correction: variants and rows."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Integer,
    String,
    Subquery,
    case,
    insert,
    literal,
    null,
    select,
)
from sqlalchemy.orm import Session

from database.types import UtcDateTime
from newsletter.dispatch.messages import mail_of
from newsletter.dispatch.models import Delivery, Mailing, Variant
from newsletter.dispatch.states import DeliveryState
from newsletter.production.produce import ProducedVariant
from newsletter.settings import Settings


def store_variant(
    session: Session, settings: Settings, mailing: Mailing, produced: ProducedVariant
) -> Variant:
    """With its id: the ledger's rows name it."""
    variant = Variant(
        mailing_id=mailing.id,
        key=produced.key,
        edition=produced.edition,
        label=produced.label,
        blocks=list(produced.blocks),
        mail=mail_of(
            settings,
            mailing.issue,
            mailing=f"m{mailing.id}",
            from_name=produced.from_name,
            from_address=produced.from_address,
            subject=produced.subject,
        ),
        html=produced.rendered.html,
        text=produced.rendered.text,
        web=produced.rendered.web,
        sha256=produced.sha256,
    )
    session.add(variant)
    session.flush()
    return variant


def write_deliveries(
    session: Session,
    mailing: Mailing,
    people: Subquery,
    *,
    seq: ColumnElement[int],
    variant_id: ColumnElement[Any],
    now: datetime,
) -> int:
    """A row for each of ``people``, *queued* unless excluded; returns how many.

    ``people`` has address_hash, subscriber_id, edition and exclusion.
    """
    queued = literal(DeliveryState.QUEUED.value, String)
    columns = {
        "mailing_id": literal(mailing.id, Integer),
        "seq": seq,
        "address_hash": people.c.address_hash,
        "subscriber_id": people.c.subscriber_id,
        "edition": people.c.edition,
        "variant_id": variant_id,
        "exclusion": people.c.exclusion,
        "state": case((people.c.exclusion.is_(None), queued), else_=null()),
        "attempts": literal(0, Integer),
        "changed_at": literal(now, UtcDateTime()),
        "detail": literal("", String),
    }
    written = session.execute(
        insert(Delivery)
        .from_select(list(columns), select(*columns.values()))
        .execution_options(preserve_rowcount=True)
    )
    return cast("CursorResult[Any]", written).rowcount
