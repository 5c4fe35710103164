"""The way out: a link to leave in both parts of every version."""

from collections.abc import Iterator

from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking
from newsletter.rendering.merge import Slot, marker

NO_WAY_OUT: Words = {
    "nl": "In versie {variant} ontbreekt de link om je af te melden in {part}. "
    "Herstel het sjabloon van de mail.",
    "en": "Version {variant} has no link to unsubscribe in its {part} part. "
    "Mend the mail's template.",
}


def check_leaving(looking: Looking) -> Iterator[Finding]:
    leave = marker(Slot.LEAVE_URL)
    for version in looking.versions:
        in_html = any(
            link.url == leave and link.text.strip() for link in version.mail.links
        )
        in_text = leave in version.produced.rendered.text
        for part, found in (("text/html", in_html), ("text/plain", in_text)):
            if not found:
                yield looking.finding(
                    "unsubscribe",
                    Level.BLOCKING,
                    NO_WAY_OUT,
                    variant=version.planned.key,
                    part=part,
                )
