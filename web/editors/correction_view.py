"""What of a mailed issue can be put right, with how many have it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.dispatch.corrections.audience import readers_of, variants_with
from newsletter.dispatch.corrections.items import items_in
from newsletter.dispatch.models import Mailing


@dataclass(frozen=True)
class Choice:
    """One item somebody has, or that the archive shows."""

    id: str
    kind: str  # in the issue's language
    title: str
    readers: int


def choices(session: Session, mailing: Mailing) -> Sequence[Choice]:
    """In the order of the issue; what stood in no version is left out."""
    have = readers_of(session, mailing)
    found = []
    for item in items_in(session, mailing.issue):
        variants = variants_with(session, mailing, item.places)
        if variants:
            readers = sum(have.get(variant.id, 0) for variant in variants)
            found.append(Choice(item.id, item.label, item.title, readers))
    return found
