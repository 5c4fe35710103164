"""What a picture shows, for who cannot see it: somebody must have decided."""

from collections.abc import Iterator

from newsletter.issues.blocks.image import Image
from newsletter.issues.blocks.story import Story
from newsletter.library.errors import UnknownItem
from newsletter.library.stories import find_item
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking

UNDECIDED: Words = {
    "nl": "{block} heeft geen beschrijving. Zeg wat erop te zien is, of kies dat hij "
    "versiering is.",
    "en": "{block} has no description. Say what it shows, or choose that it is "
    "decoration.",
}
UNDECIDED_STORY: Words = {
    "nl": "De foto bij “{title}” heeft geen beschrijving. Zeg bij het verhaal wat "
    "erop te zien is, of kies dat hij versiering is.",
    "en": "The picture with “{title}” has no description. Say at the story what it "
    "shows, or choose that it is decoration.",
}
NO_ALT: Words = {
    "nl": "In versie {variant} staat een afbeelding zonder alt-tekst: {url}. "
    "Herstel het sjabloon van de mail.",
    "en": "Version {variant} has an image without alt text: {url}. "
    "Mend the mail's template.",
}


def check_pictures(looking: Looking) -> Iterator[Finding]:
    for block in looking.composition.every_block():
        if isinstance(block, Image) and block.alt is None:
            yield looking.finding("alt-text", Level.BLOCKING, UNDECIDED, block=block.id)
        if isinstance(block, Story) and block.size == "feature":
            yield from _story(looking, block)
    for version in looking.versions:
        for image in version.mail.images:
            if image.alt is None:
                yield looking.finding(
                    "alt-text",
                    Level.BLOCKING,
                    NO_ALT,
                    variant=version.planned.key,
                    url=image.url,
                )


def _story(looking: Looking, block: Story) -> Iterator[Finding]:
    try:
        item = find_item(looking.session, block.story)
    except UnknownItem:
        return  # ``rendering`` says so, and blocks
    if item.image and item.image_alt is None:
        yield looking.finding(
            "alt-text",
            Level.BLOCKING,
            UNDECIDED_STORY,
            block=block.id,
            title=item.title,
        )
