"""A section that wants more stories than it has, or fewer."""

from collections.abc import Iterator

from newsletter.issues.blocks.section import fillings
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking

TOO_FEW: Words = {
    "nl": "De rubriek “{title}” telt {stories} van minstens {least} verhalen. Plaats "
    "er nog een, of verander de rubriek.",
    "en": "The section “{title}” has {stories} of at least {least} stories. Place "
    "another, or change the section.",
}
TOO_MANY: Words = {
    "nl": "De rubriek “{title}” telt {stories} verhalen; hoogstens {most} is de "
    "bedoeling. Verplaats of verberg er een, of verander de rubriek.",
    "en": "The section “{title}” has {stories} stories; at most {most} is the idea. "
    "Move or hide one, or change the section.",
}


def check_sections(looking: Looking) -> Iterator[Finding]:
    for filling in fillings(looking.composition.base).values():
        if filling.lacks or filling.surplus:
            yield looking.finding(
                "section",
                Level.WARNING,
                TOO_FEW if filling.lacks else TOO_MANY,
                block=filling.section.id,
                title=filling.section.title,
                stories=filling.stories,
                least=filling.section.least,
                most=filling.section.most,
            )
