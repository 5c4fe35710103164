"""What a block itself says must be mended: an empty text, an end before a start."""

from collections.abc import Iterator

from newsletter.issues.blocks.image import UNDECIDED
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking

INCOMPLETE: Words = {
    "nl": "{block} is niet af: {problem}",
    "en": "{block} is not finished: {problem}",
}


def check_blocks(looking: Looking) -> Iterator[Finding]:
    language = looking.issue.language
    for block, problem in looking.composition.problems():
        if problem is UNDECIDED:
            continue  # ``pictures`` says so, for stories as well
        said = problem.get(language, problem["nl"])
        yield looking.finding(
            "block", Level.BLOCKING, INCOMPLETE, block=block, problem=said
        )
