"""Of whom a rule asks: everybody on file, or those who are mailed."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import InstrumentedAttribute

from subscribers.models import Frequency, Reader, Subscriber, Subscription


@dataclass(frozen=True)
class Who:
    """The columns that the fields of a rule look at, and editions."""

    id: InstrumentedAttribute[int]
    region_code: InstrumentedAttribute[str | None]
    role_mask: InstrumentedAttribute[int]
    language: InstrumentedAttribute[str | None]
    joined_at: InstrumentedAttribute[datetime]
    frequency: InstrumentedAttribute[Frequency]
    edition_sender_id: InstrumentedAttribute[int | None]
    # Whether the first few are wanted, in the order of joining. Both databases would
    # rather fetch the readers of a hundred municipalities and sort them (100 ms) than
    # walk that order until they have enough (1 ms); an index must then not be offered.
    in_order: bool = False


ON_FILE = Who(
    id=Subscriber.id,
    region_code=Subscriber.region_code,
    role_mask=Subscriber.role_mask,
    language=Subscriber.language,
    joined_at=Subscriber.joined_at,
    frequency=Subscriber.frequency,
    edition_sender_id=Subscription.edition_sender_id,
)
# Answered from the covering indexes of ``reader`` alone.
MAILED = Who(
    id=Reader.subscriber_id,
    region_code=Reader.region_code,
    role_mask=Reader.role_mask,
    language=Reader.language,
    joined_at=Reader.joined_at,
    frequency=Reader.frequency,
    edition_sender_id=Reader.edition_sender_id,
)
MAILED_IN_ORDER = replace(MAILED, in_order=True)
