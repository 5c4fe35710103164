"""What every freeze writes down, of whichever kind of mailing: variants and rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    Integer,
    String,
    Subquery,
    Table,
    case,
    insert,
    literal,
    null,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from database.bulk import count_anew
from database.types import UtcDateTime
from newsletter.dispatch.messages import mail_of
from newsletter.dispatch.models import Delivery, Mailing, Variant
from newsletter.dispatch.states import DeliveryState
from newsletter.production.produce import ProducedVariant
from newsletter.settings import Settings

TRIES = 3  # readers change while their versions are rendered: how often to begin anew

_NEIGHBOURS = 64  # of a group: three or four pages of readers
# The golden ratio of 2**32 lays groups that follow each other far apart, and all of
# them evenly (Knuth, The Art of Computer Programming 3, 6.4).
_SHUFFLE = 2_654_435_769


class Unforeseen(Exception):
    """Somebody needs a variant that nobody needed when the others were rendered."""


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
    # Or a claim walks the whole mailing, until PostgreSQL counts by itself.
    count_anew(session, [cast("Table", Delivery.__table__)])
    return cast("CursorResult[Any]", written).rowcount


def in_small_groups(subscriber_id: ColumnElement[Any]) -> Sequence[ColumnElement[Any]]:
    """What the readers of one variant are ordered by (docs/decisions/0016).

    People whose rows lie beside each other stay together in small groups: the claim
    then reads a few pages, not one for every reader. The groups are shuffled, so that
    a chunk has something of everybody: whoever imported a list in the order of its
    domains does not send five hundred mails to one of them in a row.
    """
    group = sql_cast(subscriber_id, BigInteger) // _NEIGHBOURS
    return (group * _SHUFFLE % 2**32, subscriber_id)


def is_collision(error: DBAPIError) -> bool:
    """Somebody else changed the mailing's row while we waited for it."""
    return getattr(error.orig, "sqlstate", None) == "40001"
