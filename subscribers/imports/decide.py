"""What a line of a file does to what we know: plain values in, a decision out.

A file never brings anybody back: who left, complained, bounced, is in quarantine or
had us forget them stays so, whatever proof comes along.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from subscribers.imports.rows import Row
from subscribers.imports.statuses import RowStatus
from subscribers.models import SubscriptionState, SuppressionReason
from subscribers.suppression import OWN_DECISION

ERASED = (
    "This person had us forget them. Only they can sign up again; take them out of "
    "the file."
)

SUPPRESSES: Mapping[RowStatus, SuppressionReason] = {
    RowStatus.SUPPRESSED: SuppressionReason.STAFF,
    RowStatus.BOUNCED: SuppressionReason.BOUNCED,
    RowStatus.COMPLAINED: SuppressionReason.COMPLAINED,
}


@dataclass(frozen=True)
class Known:
    """What we know of the address on a line already."""

    subscriber_id: int | None = None
    name: str | None = None
    region_code: str | None = None
    role_mask: int = 0
    language: str | None = None
    subscription_id: int | None = None
    state: SubscriptionState | None = None  # of the subscription to this list
    suppressed: SuppressionReason | None = None
    granted: frozenset[int] = frozenset()  # partners whose consent stands
    withdrawn: frozenset[int] = frozenset()  # partners they said no to before


STRANGER = Known()
_NOTHING: Mapping[str, object] = {}


class Decision(NamedTuple):
    """What is to be written for one row."""

    row: Row
    known: Known
    state: SubscriptionState  # the subscription's from now on
    details: Mapping[str, object] = _NOTHING  # what changes
    suppress: SuppressionReason | None = None
    grants: tuple[int, ...] = ()  # partners whose consent begins to stand

    @property
    def is_new(self) -> bool:
        return self.known.subscriber_id is None

    @property
    def changes_state(self) -> bool:
        return self.state is not self.known.state

    @property
    def changes_anything(self) -> bool:
        return bool(self.changes_state or self.details or self.suppress or self.grants)

    @property
    def is_quarantined(self) -> bool:
        """A reader the file calls confirmed, whom we may not mail."""
        return (
            self.row.status is RowStatus.CONFIRMED
            and self.state is SubscriptionState.QUARANTINED
        )

    @property
    def is_confirmed_now(self) -> bool:
        return self.changes_state and self.state is SubscriptionState.CONFIRMED


def decide(row: Row, known: Known, *, proven: bool) -> Decision | None:
    """What becomes of a row; None when the person had us forget them."""
    if known.suppressed is SuppressionReason.ERASED:
        return None
    # Who wanted nothing more takes that back themselves; a file is no reason to.
    proven = proven and known.suppressed not in OWN_DECISION
    state = _state(row.status, known.state, proven=proven)
    suppress = SUPPRESSES.get(row.status)
    if known.suppressed is not None and known.suppressed not in OWN_DECISION:
        suppress = None  # they are never mailed already, for a reason that stays
    grants: tuple[int, ...] = ()
    if (
        row.partners
        and proven
        and row.status is RowStatus.CONFIRMED
        and state is SubscriptionState.CONFIRMED
    ):
        grants = tuple(
            partner
            for partner in row.partners
            if partner not in known.granted and partner not in known.withdrawn
        )
    # Of a newcomer everything is written.
    details = _NOTHING if known.subscriber_id is None else _details(row, known)
    return Decision(row, known, state, details, suppress, grants)


def _state(
    status: RowStatus, before: SubscriptionState | None, *, proven: bool
) -> SubscriptionState:
    if status is RowStatus.ENDED:
        return SubscriptionState.ENDED
    if before is None:
        return _newcomer(status, proven=proven)
    proof_arrives = status is RowStatus.CONFIRMED and proven
    if before is SubscriptionState.PENDING and proof_arrives:
        return SubscriptionState.CONFIRMED
    return before


def _newcomer(status: RowStatus, *, proven: bool) -> SubscriptionState:
    if status is RowStatus.CONFIRMED:
        return SubscriptionState.CONFIRMED if proven else SubscriptionState.QUARANTINED
    if status is RowStatus.PENDING:
        return SubscriptionState.PENDING
    # Suppressed, bounced, complained: the suppression says why; were it ever
    # lifted, there is still nobody here who agreed to be mailed.
    return SubscriptionState.ENDED


def _details(row: Row, known: Known) -> dict[str, object]:
    """What the file says that we did not know so; an empty cell changes nothing."""
    return {
        name: value
        for name in ("name", "region_code", "role_mask", "language")
        if (value := getattr(row, name)) and value != getattr(known, name)
    }
