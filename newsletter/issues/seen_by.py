"""The version one invented person would get, whether or not anybody is like that."""

from sqlalchemy.orm import Session

from newsletter.issues.assignment import variant_key
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE, Edition
from newsletter.issues.models import Issue
from newsletter.issues.variants import PlannedVariant, edition_name
from newsletter.issues.words import EVERYBODY
from subscribers.segments.invented import Person, means
from subscribers.segments.rules import parse_rule


def seen_by(
    session: Session, issue: Issue, person: Person, *, language: str = "nl"
) -> PlannedVariant | None:
    """None when no block is meant for them: then there is no mail.

    ``readers`` is 0: nobody is counted.
    """
    composition = Composition.of(issue)
    edition = _edition(session, composition, person)
    shown = [
        block
        for block in composition.visible_of(edition.key)
        if block.only is None or means(session, parse_rule(block.only), person)
    ]
    if not any(block.is_content for block in shown):
        return None
    return PlannedVariant(
        key=variant_key(edition.key, shown),
        edition=edition.key,
        label="",
        blocks=[block.id for block in shown],
        readers=0,
        say=edition_name(session, edition) or EVERYBODY[language],
    )


def _edition(session: Session, composition: Composition, person: Person) -> Edition:
    """Their own choice first, then the order of the file, then the issue itself."""
    eligible = [
        edition
        for edition in composition.editions
        if means(session, edition.rule(), person)
    ]
    for edition in eligible:
        if edition.partner is not None and edition.partner == person.chosen:
            return edition
    return eligible[0] if eligible else BASE
