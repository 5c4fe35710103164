"""The footer says why one gets this, since when, and where to choose otherwise."""

from collections.abc import Iterator

from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking
from newsletter.rendering.merge import Slot, marker

MISSING: Words = {
    "nl": "In versie {variant} ontbreekt {what} in {part}. "
    "Herstel het sjabloon van de mail.",
    "en": "Version {variant} lacks {what} in its {part} part. "
    "Mend the mail's template.",
}
_WHAT: tuple[tuple[Slot, Words], ...] = (
    (
        Slot.SINCE,
        {
            "nl": "waarom en sinds wanneer iemand deze mail krijgt",
            "en": "why, and since when, somebody gets this mail",
        },
    ),
    (
        Slot.PREFERENCES_URL,
        {"nl": "de link naar de voorkeuren", "en": "the link to the preferences"},
    ),
)


def check_why(looking: Looking) -> Iterator[Finding]:
    language = looking.issue.language
    for version in looking.versions:
        rendered = version.produced.rendered
        parts = {"text/html": rendered.html, "text/plain": rendered.text}
        for part, text in parts.items():
            for slot, what in _WHAT:
                if marker(slot) not in text:
                    yield looking.finding(
                        "why",
                        Level.BLOCKING,
                        MISSING,
                        variant=version.planned.key,
                        what=what.get(language, what["nl"]),
                        part=part,
                    )
