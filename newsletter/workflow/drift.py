"""Drift: how many readers there are now, beside how many at the approval."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from newsletter.workflow.content import Content, Made
from newsletter.workflow.models import Approval


@dataclass(frozen=True)
class Count:
    """Readers of one variant at the approval, and now."""

    say: str  # "LPB: wijkambtenaar in Fryslân"
    then: int
    now: int


@dataclass(frozen=True)
class Drift:
    """More or fewer readers of what was approved; nothing that anybody saw changes."""

    by: str
    at: datetime
    then: int
    now: int
    # By key, those that nobody gets any more last; empty where only the sum is known.
    variants: Mapping[str, Count]


def drift_since(approval: Approval, made: Made) -> Drift:
    now = {variant.key: variant.readers for variant in made.planned}
    then = approval.counts
    titles = {**Content.from_document(approval.content).titles, **made.content.titles}
    keys = {**now, **then} if then else {}
    return Drift(
        by=approval.by,
        at=approval.approved_at,
        then=approval.readers,
        now=made.readers,
        variants={
            key: Count(titles.get(key, key), then.get(key, 0), now.get(key, 0))
            for key in keys
        },
    )
