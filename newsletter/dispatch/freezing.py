"""What every freeze writes down, of whichever kind of mailing: variants and rows."""

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
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from database.types import UtcDateTime
from newsletter.dispatch.messages import mail_of
from newsletter.dispatch.models import Delivery, Mailing, Variant
from newsletter.dispatch.states import DeliveryState
from newsletter.production.produce import ProducedVariant
from newsletter.settings import Settings


def store_variant(
    session: Session,
    settings: Settings,
    mailing: Mailing,
    produced: ProducedVariant,
    *,
    number: str,
) -> Variant:
    """With its id: the ledger's rows name it. ``number`` is the issue's or bundle's."""
    variant = Variant(
        mailing_id=mailing.id,
        key=produced.key,
        edition=produced.edition,
        label=produced.label,
        blocks=list(produced.blocks),
        mail=mail_of(
            settings,
            mailing.issue,
            number=number,
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


def one_view_of_the_readers(session: Session) -> None:
    """SQLite's writer has one already; PostgreSQL must be asked (also see retries)."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def is_collision(error: Exception) -> bool:
    """Somebody else changed the mailing's row while we waited for it."""
    return (
        isinstance(error, DBAPIError)
        and getattr(error.orig, "sqlstate", None) == "40001"
    )
