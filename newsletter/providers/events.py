"""What comes back about a mail, in our words: one vocabulary for every provider.

A provider that reports (a webhook, a bounce mailbox) has a table from its words into
these. A word nobody knows is a value too: *unknown* is kept and changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from subscribers.addresses import without_addresses


class EventKind(StrEnum):
    TAKEN = "taken"  # the provider has it, and may still be trying
    DELIVERED = "delivered"  # the reader's server took it
    HARD_BOUNCE = "hard_bounce"  # there is no such mailbox: never mail it again
    SOFT_BOUNCE = "soft_bounce"  # came back this time: a full mailbox, a policy
    DROPPED = "dropped"  # the provider took it and then never sent it
    COMPLAINT = "complaint"  # reported as spam
    LEFT = "left"  # unsubscribed with the provider
    UNKNOWN = "unknown"  # nothing we act on


MOST_OF_A_DETAIL = 200


@dataclass(frozen=True)
class Event:
    """One report about one mail."""

    key: str  # the provider's own id, or a hash: the same report has the same key
    kind: EventKind
    name: str  # the provider's own word
    at: datetime  # aware UTC, by the provider's clock
    delivery: str | None  # our id, echoed: "12-345"; None when it was not
    address: str | None  # to find the delivery when the id was lost; never stored
    status: str = ""  # "5.1.1"
    detail: str = ""  # the provider's words, short and without addresses


def short(words: str) -> str:
    """A server's words on one line, without the addresses it says back."""
    # Cut before and after: a hostile server may send a megabyte.
    line = " ".join(_printable(words[: 10 * MOST_OF_A_DETAIL]).split())
    return without_addresses(line)[:MOST_OF_A_DETAIL]


def _printable(words: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in words)
