"""Pictures: how much they weigh, and who is asked for them."""

from collections.abc import Iterator

from newsletter import media
from newsletter.elsewhere.looking import is_own
from newsletter.media import UnknownPicture
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking, Version

HEAVY_BYTES = 200_000  # one picture: seconds on a phone outside town
MOST_BYTES = 1_000_000  # all of a mail together

HEAVY: Words = {
    "nl": "De foto {url} weegt {size} kB; onder {most} is hij er ook op een trage "
    "telefoon meteen. Sla hem kleiner op.",
    "en": "The picture {url} weighs {size} kB; below {most} it is there at once on a "
    "slow phone too. Save it smaller.",
}
TOGETHER: Words = {
    "nl": "De foto's in versie {variant} wegen samen {size} kB; {most} is veel. Haal "
    "er een weg, of maak ze kleiner.",
    "en": "The pictures in version {variant} weigh {size} kB together; {most} is a "
    "lot. Take one out, or make them smaller.",
}
ELSEWHERE: Words = {
    "nl": "De foto {url} staat bij een ander. Die ziet dan wie deze mail opent, en kan "
    "hem weghalen. Zet de foto in de bibliotheek.",
    "en": "The picture {url} is with somebody else, who then sees who opens this mail "
    "and may take it away. Put the picture in the library.",
}


def check_heavy_pictures(looking: Looking) -> Iterator[Finding]:
    for version in looking.versions:
        for url, size in _sizes(looking, version).items():
            if size > HEAVY_BYTES:
                yield looking.finding(
                    "picture-size",
                    Level.ADVICE,
                    HEAVY,
                    block=version.block_with(url),
                    url=url,
                    size=size // 1000,
                    most=HEAVY_BYTES // 1000,
                )


def check_weight(looking: Looking) -> Iterator[Finding]:
    for version in looking.versions:
        size = sum(_sizes(looking, version).values())
        if size > MOST_BYTES:
            yield looking.finding(
                "pictures-size",
                Level.WARNING,
                TOGETHER,
                variant=version.planned.key,
                size=size // 1000,
                most=MOST_BYTES // 1000,
            )


def check_whose_pictures(looking: Looking) -> Iterator[Finding]:
    for version in looking.versions:
        for image in version.mail.images:
            if not is_own(looking.settings, image.url):
                yield looking.finding(
                    "picture-elsewhere",
                    Level.WARNING,
                    ELSEWHERE,
                    block=version.block_with(image.url),
                    url=image.url,
                )


def _sizes(looking: Looking, version: Version) -> dict[str, int]:
    """Address of each picture of ours in a version, with its bytes."""
    sizes = {}
    for image in version.mail.images:
        if is_own(looking.settings, image.url):
            try:
                path = media.path_of(
                    looking.settings.media, image.url.rpartition("/")[2]
                )
            except UnknownPicture:
                continue  # ``own-page`` says so, and blocks
            sizes[image.url] = path.stat().st_size
    return sizes
