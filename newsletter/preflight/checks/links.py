"""Links to elsewhere: gone is gone; whoever only will not talk to us may be fine."""

from collections.abc import Iterator

from newsletter.elsewhere.looking import GONE, PRIVATE, Look, is_own, without_fragment
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking, Version

NO_PAGE: Words = {
    "nl": "{url} bestaat niet (meer): antwoord {status}. Verander de link.",
    "en": "{url} does not exist (any more): it answers {status}. Change the link.",
}
ODD: Words = {
    "nl": "{url} antwoordt met {status}. Kijk of de link bij jou wel werkt.",
    "en": "{url} answers {status}. See whether the link works for you.",
}
SILENT: Words = {
    "nl": "{url} gaf geen antwoord. Kijk of de link bij jou wel werkt.",
    "en": "{url} gave no answer. See whether the link works for you. ({problem})",
}
NOT_ASKED: Words = {
    "nl": "{url} hebben we niet opgevraagd: het adres ligt in een afgeschermd netwerk, "
    "en je lezers kunnen er niet bij. Verander de link.",
    "en": "We did not ask {url}: the address lies in a private network, which your "
    "readers cannot reach. Change the link.",
}


def check_links(looking: Looking) -> Iterator[Finding]:
    for version in looking.versions:
        for url in addresses_in(version):
            seen = looking.looks.get(without_fragment(url))
            if seen is not None and not is_own(looking.settings, url):
                yield from _judge(looking, version, url, seen)


def _judge(
    looking: Looking, version: Version, url: str, seen: Look
) -> Iterator[Finding]:
    if seen.problem == PRIVATE:
        level, words = Level.WARNING, NOT_ASKED
    elif seen.status is None:
        level, words = Level.WARNING, SILENT
    elif seen.status in GONE:
        level, words = Level.BLOCKING, NO_PAGE
    elif seen.status >= 400:
        level, words = Level.WARNING, ODD
    else:
        return
    yield looking.finding(
        "link",
        level,
        words,
        variant=version.planned.key,
        block=version.block_with(url),
        url=url,
        status=seen.status,
        problem=seen.problem,
    )


def addresses_in(version: Version) -> Iterator[str]:
    """Every web address one clicks on or loads in a version, each once."""
    found = [link.url for link in version.mail.links]
    found += [image.url for image in version.mail.images]
    for url in dict.fromkeys(found):
        if url.startswith(("http://", "https://")) and "buurtpost-slot-" not in url:
            yield url
