"""What of a mailed issue can be put right, with how many have it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.dispatch.corrections.audience import readers_of, variants_with
from newsletter.dispatch.corrections.items import Item, items_in
from newsletter.dispatch.models import Mailing
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE_KEY
from newsletter.issues.models import Issue
from newsletter.issues.variants import edition_name


@dataclass(frozen=True)
class Choice:
    """One item somebody has, or that the archive shows."""

    id: str
    kind: str  # in the issue's language
    title: str
    readers: int
    only_in: tuple[str, ...]  # the editions it stands in, when not in the issue itself


def choices(session: Session, mailing: Mailing) -> Sequence[Choice]:
    """In the order of the issue; what stood in no version is left out."""
    have = readers_of(session, mailing)
    found = []
    for item in items_in(session, mailing.issue):
        variants = variants_with(session, mailing, item.places)
        if variants:
            found.append(
                Choice(
                    id=item.id,
                    kind=item.label,
                    title=item.title,
                    readers=sum(have.get(variant.id, 0) for variant in variants),
                    only_in=_only_in(session, mailing.issue, item),
                )
            )
    return found


def _only_in(session: Session, issue: Issue, item: Item) -> tuple[str, ...]:
    keys = sorted({edition for edition, _block in item.places})
    if BASE_KEY in keys:
        return ()
    composition = Composition.of(issue)
    return tuple(edition_name(session, composition.edition(key)) for key in keys)
