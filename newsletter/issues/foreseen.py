"""Which variants a freeze may need, found before it at a quarter of the cost.

Counting who would be mailed asks after every reader's consent and suppression. To know
what must be rendered it is enough to know who is on the list; the freeze itself finds
out who is mailed, and so who reads which variant.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo

from sqlalchemy.orm import Session

from newsletter.issues.assignment import Assignment, assignment
from newsletter.issues.editions import BASE_KEY
from newsletter.issues.errors import TooManyVariants
from newsletter.issues.models import Issue
from newsletter.issues.variants import (
    PlannedVariant,
    groups_of,
    groups_to_make,
    in_order,
    variants_of,
)
from subscribers.segments.fields import HOME_ZONE


@dataclass(frozen=True)
class Foreseen:
    """Every variant somebody on the list may get, and who gets which."""

    assigned: Assignment
    variants: Sequence[PlannedVariant]  # ``readers`` counts who is not mailed, too
    # Edition and mask to the variant's key; None: no block is meant for these readers.
    keys: Mapping[tuple[str, int], str | None]

    def read(self, readers: Mapping[str, int]) -> list[PlannedVariant]:
        """The variants that are named, and the base issue's, with these numbers."""
        return in_order(
            (
                replace(variant, readers=readers.get(variant.key, 0))
                for variant in self.variants
                if variant.key in readers or variant.key == BASE_KEY
            ),
            self.assigned,
        )


def foresee(
    session: Session, issue: Issue, *, today: date, zone: tzinfo = HOME_ZONE
) -> Foreseen:
    """Raises TooManyVariants, as ``plan_variants`` does."""
    assigned = assignment(session, issue, today=today, zone=zone)
    groups = groups_of(session, issue, assigned)
    try:
        variants = variants_of(session, issue, assigned, groups)
    except TooManyVariants:
        # Perhaps only with those who are not mailed.
        _assigned, groups = groups_to_make(session, issue, today=today, zone=zone)
        variants = variants_of(session, issue, assigned, groups)
    keys = _keys(assigned, ((edition, mask) for edition, mask, _count in groups))
    return Foreseen(assigned, variants, keys)


def _keys(
    assigned: Assignment, pairs: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], str | None]:
    return {pair: assigned.variant_key_of(*pair) for pair in pairs}
