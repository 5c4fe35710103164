"""What a mailing, a chunk and a delivery can be, and which state may follow which.

Plain words without SQLAlchemy: the dispatcher, which must stay small, knows them too.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final


class MailingKind(StrEnum):
    ISSUE = "issue"  # the issue itself; an issue has at most one
    CORRECTION = "correction"  # of one item in it, to whoever had that item
    BUNDLE = "bundle"  # of a month's issues, to whoever wants one mail a month


class MailingState(StrEnum):
    SCHEDULED = "scheduled"  # freezes and starts at start_at
    SENDING = "sending"  # frozen; chunks may be claimed
    PAUSED = "paused"  # by a person or by a provider that refused; nothing is claimed
    HELD = "held"  # could not start as scheduled; a person must look
    SENT = "sent"  # nothing waits and nothing is on its way
    CANCELLED = "cancelled"  # stopped for good; who was not reached never will be


class Exclusion(StrEnum):
    """Why a candidate gets nothing: one reason a person, the first that holds."""

    SUPPRESSED = "suppressed"
    ENDED = "ended"
    QUARANTINED = "quarantined"
    PENDING = "pending"
    NO_CONSENT = "no_consent"  # confirmed, yet no consent record to show for it
    RESTING = "resting"  # paused until a day that has not come
    BUNDLED = "bundled"  # gets the monthly bundle instead
    NOTHING_FOR_YOU = "nothing_for_you"  # no block is meant for them


# When a chunk is due that waits for nothing: long past, so that a clock that is set
# back does not stop a mailing for as long.
AT_ONCE: Final = datetime(2000, 1, 1, tzinfo=UTC)


class DeliveryState(StrEnum):
    QUEUED = "queued"  # waits to be claimed, or to be tried again at not_before
    SENDING = "sending"  # claimed; the journal knows more
    ACCEPTED = "accepted"  # the provider took responsibility
    DELIVERED = "delivered"  # the reader's server took it
    BOUNCED = "bounced"  # came back
    COMPLAINED = "complained"  # reported as spam
    REFUSED = "refused"  # never will
    CANCELLED = "cancelled"  # left or was suppressed in time, or the mailing stopped
    IN_DOUBT = "in_doubt"  # nobody knows; never sent again by itself


class ChunkState(StrEnum):
    OPEN = "open"  # has queued deliveries, due at not_before
    LEASED = "leased"  # a worker has it until lease_until
    DONE = "done"  # every delivery in it is final or in doubt


_S = DeliveryState

TO: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    # Claimed; left or suppressed in time; given up after the last retry.
    _S.QUEUED: frozenset({_S.SENDING, _S.CANCELLED, _S.REFUSED}),
    # The provider's answer; not now (with not_before); nobody knows.
    _S.SENDING: frozenset({_S.ACCEPTED, _S.REFUSED, _S.QUEUED, _S.IN_DOUBT}),
    # Events; what a provider drops after taking it is refused.
    _S.ACCEPTED: frozenset({_S.DELIVERED, _S.BOUNCED, _S.COMPLAINED, _S.REFUSED}),
    # Some servers accept and bounce an hour later; a complaint follows a delivery.
    _S.DELIVERED: frozenset({_S.BOUNCED, _S.COMPLAINED}),
    # A late "delivered" after a bounce is kept as an event and changes nothing.
    _S.BOUNCED: frozenset({_S.COMPLAINED}),
    _S.COMPLAINED: frozenset(),
    # Events settle it, or a person does; *queued* is only ever a person's "again".
    _S.IN_DOUBT: frozenset(
        {_S.ACCEPTED, _S.DELIVERED, _S.BOUNCED, _S.COMPLAINED, _S.REFUSED, _S.QUEUED}
    ),
    # A person's "retry".
    _S.REFUSED: frozenset({_S.QUEUED}),
    _S.CANCELLED: frozenset(),
}


class WhyLeft(StrEnum):
    """Why somebody left, as far as they said; a door has the words to choose from."""

    TOO_OFTEN = "too-often"
    NOT_FOR_ME = "not-for-me"  # the pieces are about something else
    NOT_MY_REGION = "not-my-region"
    OTHER_WORK = "other-work"  # changed job, moved house
    NEVER_ASKED = "never-asked"  # says they never signed up
    ELSEWHERE = "elsewhere"  # reads the site or another address gets it
