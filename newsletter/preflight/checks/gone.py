"""Rules that name what is not there any more: a role, a region, a partner.

Asked in SQL such a rule means nobody, or behind a *not* everybody: neither is meant.
"""

from collections.abc import Iterator

from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking
from subscribers.errors import SubscribersError
from subscribers.segments.rules import check_values, parse_rule

GONE: Words = {
    "nl": "De regel van {block} noemt wat er niet meer is: {why} Verander de "
    "regel, of haal het blok weg.",
    "en": "The rule of {block} names what is not there any more: {why} Change "
    "the rule, or take the block out.",
}
GONE_EDITION: Words = {
    "nl": "Editie {edition} is voor lezers die er niet meer zijn: {why} Verander voor "
    "wie ze is, of haal haar weg.",
    "en": "Edition {edition} is for readers who are not there any more: {why} Change "
    "whom it is for, or take it away.",
}


def check_gone(looking: Looking) -> Iterator[Finding]:
    for block in looking.composition.every_block():
        if block.only is not None and (why := _why(looking, block.only)):
            yield looking.finding("gone", Level.BLOCKING, GONE, block=block.id, why=why)
    for edition in looking.composition.editions:
        rule = {"partner": edition.partner} if edition.partner else None
        for asked in (rule, edition.audience):
            if asked is not None and (why := _why(looking, asked)):
                yield looking.finding(
                    "gone",
                    Level.BLOCKING,
                    GONE_EDITION,
                    edition=edition.key,
                    why=why,
                )


def _why(looking: Looking, rule: object) -> str:
    try:
        check_values(looking.session, parse_rule(rule))
    except SubscribersError as error:
        return str(error)
    return ""
