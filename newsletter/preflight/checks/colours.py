"""A partner's colour that is hard to read: we show the nearest shade that is not."""

from collections.abc import Iterator

from sqlalchemy import select

from newsletter.issues.blocks.partner import PartnerWords
from newsletter.issues.blocks.story import Story
from newsletter.library.stories import items_of
from newsletter.partners.brands import LIGHT_CARD, READABLE, contrast, passing_shade
from newsletter.partners.models import Partner
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking

PALE: Words = {
    "nl": "De kleur van {partner} ({colour}) is op wit niet goed te lezen: contrast "
    "{ratio}, en 4,5 is nodig. De mail gebruikt {shade}, de dichtstbijzijnde tint die "
    "het wel is. Leg die aan {partner} voor.",
    "en": "The colour of {partner} ({colour}) is hard to read on white: contrast "
    "{ratio}, and 4.5 is needed. The mail uses {shade}, the nearest shade that is not. "
    "Ask {partner} whether that will do.",
}


def check_colours(looking: Looking) -> Iterator[Finding]:
    for partner, block in _partners(looking).items():
        found = looking.session.scalar(select(Partner).where(Partner.slug == partner))
        if found is None:
            continue  # ``rendering`` says so, and blocks
        ratio = contrast(found.colour, LIGHT_CARD)
        if ratio < READABLE:
            said = f"{ratio:.1f}"
            yield looking.finding(
                "contrast",
                Level.ADVICE,
                PALE,
                block=block,
                partner=found.name,
                colour=found.colour,
                ratio=said.replace(".", ",")
                if looking.issue.language == "nl"
                else said,
                shade=passing_shade(found.colour, LIGHT_CARD),
            )


def _partners(looking: Looking) -> dict[str, str | None]:
    """Slug of every partner that shows, with the first block it shows in."""
    shown: dict[str, str | None] = {}
    stories = {
        block.id: block.story
        for block in looking.composition.every_block()
        if isinstance(block, Story)
    }
    items = items_of(looking.session, list(stories.values()))
    for block in looking.composition.every_block():
        if isinstance(block, PartnerWords):
            shown.setdefault(block.partner, block.id)
        item = items.get(stories.get(block.id, ""))
        if item is not None and item.partner is not None:
            shown.setdefault(item.partner.slug, block.id)
    for edition in looking.composition.editions:
        if edition.partner:
            shown.setdefault(edition.partner, None)
    return shown
