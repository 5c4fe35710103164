"""A story without the knowledge behind it is only half of what we are here for."""

from collections.abc import Iterator

from newsletter.issues.blocks.story import Story
from newsletter.issues.waivers import waived
from newsletter.library.errors import UnknownItem
from newsletter.library.models import LibraryItem
from newsletter.library.stories import find_item
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking

NO_LINK: Words = {
    "nl": "“{title}” heeft geen kennislink. Leg er een, of laat weten waarom het "
    "zonder kan.",
    "en": "“{title}” has no knowledge link. Make one, or say why it can do without.",
}


def check_knowledge(looking: Looking) -> Iterator[Finding]:
    without = waived(looking.session, looking.issue)
    for block in looking.composition.every_block():
        if not isinstance(block, Story) or block.story in without:
            continue
        item = _item(looking, block.story)
        if item is not None and item.is_story and not item.links:
            yield looking.finding(
                "knowledge", Level.WARNING, NO_LINK, block=block.id, title=item.title
            )


def _item(looking: Looking, slug: str) -> LibraryItem | None:
    try:
        return find_item(looking.session, slug)
    except UnknownItem:
        return None  # ``rendering`` says so, and blocks
