"""How large a mail is: Gmail cuts off what is beyond 102 kB, the way out included."""

from collections.abc import Iterator, Mapping

from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking, Version
from newsletter.rendering.merge import MergeTemplate, Slot, in_html
from newsletter.settings import Settings

WARN_BYTES = 80_000
MOST_BYTES = 100_000

LARGE: Words = {
    "nl": "Versie {variant} is {size} bytes. Boven {most} kapt Gmail de mail af; haal "
    "er een stuk uit als er nog iets bij moet.",
    "en": "Version {variant} is {size} bytes. Gmail cuts a mail off above {most}; take "
    "something out if more must go in.",
}
TOO_LARGE: Words = {
    "nl": "Versie {variant} is {size} bytes; {most} is het meest. Gmail kapt de mail "
    "af, met de link om je af te melden erbij. Haal er een stuk uit.",
    "en": "Version {variant} is {size} bytes; {most} is the most. Gmail cuts the mail "
    "off, the link to unsubscribe included. Take something out.",
}


def check_size(looking: Looking) -> Iterator[Finding]:
    for version in looking.versions:
        size = size_of(version, looking.settings)
        if size <= WARN_BYTES:
            continue
        too_large = size > MOST_BYTES
        yield looking.finding(
            "size",
            Level.BLOCKING if too_large else Level.WARNING,
            TOO_LARGE if too_large else LARGE,
            variant=version.planned.key,
            size=f"{size:,}".replace(",", "."),
            most=f"{MOST_BYTES:,}".replace(",", "."),
        )


def size_of(version: Version, settings: Settings) -> int:
    """Bytes of the HTML for a reader with a long name and real links."""
    template = MergeTemplate.cut(version.produced.rendered.html, escape=in_html)
    return len(template.fill(_long_values(settings)).encode())


def _long_values(settings: Settings) -> Mapping[Slot, str]:
    token = "x" * 40  # subscribers.tokens: at most this long
    return {
        Slot.NAME: "x" * 100,
        Slot.LEAVE_URL: f"{settings.base_url}/unsubscribe/{token}",
        Slot.PREFERENCES_URL: f"{settings.base_url}/preferences/{token}",
        Slot.SINCE: "30 september 2026",
    }
