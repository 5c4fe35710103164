"""What is possible and seldom meant: a block for nobody, a story twice, days gone."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from newsletter.issues.models import Issue
from newsletter.issues.variants import readers_per_block
from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking
from newsletter.rendering.values import Event, StoryBlock

UNSEEN: Words = {
    "nl": "Niemand krijgt {block} te zien: geen lezer past bij de regel. Verander "
    "de regel, of haal het blok weg.",
    "en": "Nobody gets to see {block}: no reader fits its rule. Change the rule, "
    "or take the block out.",
}
TWICE: Words = {
    "nl": "“{title}” staat {times} keer in versie {variant}. Haal er een weg.",
    "en": "“{title}” stands {times} times in version {variant}. Take one out.",
}
PAST: Words = {
    "nl": "“{title}” is al geweest. Verander de datum, of haal het blok weg.",
    "en": "“{title}” is over already. Change its date, or take the block out.",
}
SAME_SUBJECT: Words = {
    "nl": "Nummer {number} had hetzelfde onderwerp. Gmail zet de twee in één gesprek "
    "en verbergt de nieuwe. Kies een ander onderwerp.",
    "en": "Issue {number} had the same subject. Gmail makes one conversation of the "
    "two and hides the new one. Choose another subject.",
}


def check_unseen(looking: Looking) -> Iterator[Finding]:
    seen = readers_per_block(looking.planned)
    if not seen:
        return  # ``readers`` says that nobody gets anything
    for block in looking.composition.every_block():
        if block.is_mailed and block.id not in seen:
            yield looking.finding("unseen", Level.WARNING, UNSEEN, block=block.id)


def check_twice(looking: Looking) -> Iterator[Finding]:
    for version in looking.versions:
        stories = [one for one in version.values if isinstance(one, StoryBlock)]
        times = Counter(story.url for story in stories)
        for story in {story.url: story for story in stories}.values():
            if times[story.url] > 1:
                yield looking.finding(
                    "twice",
                    Level.WARNING,
                    TWICE,
                    variant=version.planned.key,
                    block=story.id,
                    title=story.title,
                    times=times[story.url],
                )


def check_events(looking: Looking) -> Iterator[Finding]:
    for version in looking.versions:
        for value in version.values:
            if isinstance(value, Event) and (value.end or value.start) < looking.now:
                yield looking.finding(
                    "event-past",
                    Level.WARNING,
                    PAST,
                    block=value.id,
                    title=value.title,
                )


def check_same_subject(looking: Looking) -> Iterator[Finding]:
    issue = looking.issue
    earlier = looking.session.scalar(
        select(Issue.number)
        .where(
            Issue.list_id == issue.list_id,
            Issue.subject == issue.subject,
            Issue.number != issue.number,
            Issue.frozen_at.is_not(None),
        )
        .order_by(Issue.number.desc())
        .limit(1)
    )
    if issue.subject.strip() and earlier is not None:
        yield looking.finding(
            "same-subject", Level.WARNING, SAME_SUBJECT, number=earlier
        )
