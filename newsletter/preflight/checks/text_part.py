"""The text part says what the HTML says: some people read only that one."""

from collections.abc import Iterator

from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking

MISSING: Words = {
    "nl": "In versie {variant} staat {what} wel in de opgemaakte mail en niet in die "
    "met alleen tekst. Herstel het sjabloon van de mail.",
    "en": "Version {variant} shows {what} in the mail with a layout and not in the one "
    "of text alone. Mend the mail's template.",
}


def check_text_part(looking: Looking) -> Iterator[Finding]:
    """Every heading and every link of the one stands in the other."""
    for version in looking.versions:
        text = version.produced.rendered.text
        letters = _letters(text)
        missing = [
            heading.text
            for heading in version.mail.headings
            if _letters(heading.text) not in letters
        ]
        missing += [
            link.url
            for link in version.mail.links
            if link.url.removeprefix("mailto:").removeprefix("tel:") not in text
        ]
        for what in dict.fromkeys(missing):
            yield looking.finding(
                "text-part",
                Level.BLOCKING,
                MISSING,
                variant=version.planned.key,
                block=version.block_with(what),
                what=f"“{' '.join(what.split())}”",
            )


def _letters(text: str) -> str:
    """Letters and digits alone: text is broken over lines, and lists are marked."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
