"""The versions as such: can each be made, is anything in it, does anybody read it."""

from collections.abc import Iterator

from newsletter.issues.blocks import BLOCK_TYPES
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking, Version

CANNOT: Words = {
    "nl": "Deze versie kan niet gemaakt worden: {why}",
    "en": "This version cannot be made: {why}",
}
EMPTY: Words = {
    "nl": "Versie {variant} ({say}) is leeg voor {readers} lezers. Zet er een blok in "
    "dat iedereen ziet, of verander de regels.",
    "en": "Version {variant} ({say}) is empty for {readers} readers. Put a block in "
    "that everybody sees, or change the rules.",
}
NOTHING: Words = {
    "nl": "Het nummer is leeg. Zet er een verhaal of een ander blok in.",
    "en": "The issue is empty. Put a story or another block in it.",
}
NOBODY: Words = {
    "nl": "Niemand zou dit nummer vandaag krijgen.",
    "en": "Nobody would get this issue today.",
}
_CONTENT = frozenset(kind.kind for kind in BLOCK_TYPES if kind.is_content)


def check_rendering(looking: Looking) -> Iterator[Finding]:
    for broken in looking.broken:
        yield looking.finding(
            "rendering",
            Level.BLOCKING,
            CANNOT,
            variant=broken.variant,
            block=broken.block,
            why=broken.why,
        )


def check_empty(looking: Looking) -> Iterator[Finding]:
    """A knowledge strip without links is planned, yet shows nothing."""
    if not any(_has_content(version) for version in looking.versions):
        if not looking.broken:
            yield looking.finding("empty", Level.BLOCKING, NOTHING)
        return
    for version in looking.versions:
        if version.planned.readers and not _has_content(version):
            yield looking.finding(
                "empty",
                Level.BLOCKING,
                EMPTY,
                variant=version.planned.key,
                say=version.planned.say,
                readers=version.planned.readers,
            )


def check_readers(looking: Looking) -> Iterator[Finding]:
    if looking.planned and not any(one.readers for one in looking.planned):
        yield looking.finding("readers", Level.WARNING, NOBODY)


def _has_content(version: Version) -> bool:
    return any(value.kind in _CONTENT for value in version.values)
