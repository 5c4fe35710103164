"""What a screen reader goes by: the language, and headings without a gap."""

from collections.abc import Iterator

from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking, Version

NO_LANGUAGE: Words = {
    "nl": "Versie {variant} zegt niet dat ze in het Nederlands is; een "
    "voorleesprogramma raadt dan de uitspraak. Herstel het sjabloon van de mail.",
    "en": "Version {variant} does not say that it is in English; a screen reader then "
    "guesses how to speak. Mend the mail's template.",
}
GAP: Words = {
    "nl": "In versie {variant} slaat de kop “{heading}” een niveau over. Wie met een "
    "voorleesprogramma van kop naar kop gaat, denkt dat er iets mist. Maak er een kop "
    "van niveau {depth} van.",
    "en": "In version {variant} the heading “{heading}” leaves a level out. Who goes "
    "from heading to heading with a screen reader thinks something is missing. Make it "
    "a heading of level {depth}.",
}


def check_language(looking: Looking) -> Iterator[Finding]:
    for version in looking.versions:
        if version.mail.language != looking.issue.language:
            yield looking.finding(
                "language",
                Level.BLOCKING,
                NO_LANGUAGE,
                variant=version.planned.key,
            )


def check_heading_order(looking: Looking) -> Iterator[Finding]:
    """One first heading, which comes first; each next at most one level deeper."""
    for version in looking.versions:
        yield from _gaps(looking, version)


def _gaps(looking: Looking, version: Version) -> Iterator[Finding]:
    above = 0
    for heading in version.mail.headings:
        if heading.level > above + 1:
            yield looking.finding(
                "heading-order",
                Level.WARNING,
                GAP,
                variant=version.planned.key,
                block=version.block_with(heading.text),
                heading=" ".join(heading.text.split()),
                depth=above + 1,
            )
        above = heading.level
