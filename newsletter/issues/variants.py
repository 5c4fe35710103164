"""Variants: recipients grouped by what they will see, counted in one SELECT.

Equal visible blocks in the same edition are one variant (see ``assignment``).
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import Session

from database.fence import fenced
from newsletter.issues.assignment import (
    Assignment,
    View,
    assignment,
    normal_form,
    variant_key,
)
from newsletter.issues.blocks import Block
from newsletter.issues.composition import ruled
from newsletter.issues.editions import BASE_KEY, Edition
from newsletter.issues.errors import IssueError, TooManyVariants
from newsletter.issues.models import Issue
from newsletter.issues.words import EVERYBODY, THE_OTHERS
from newsletter.partners.partners import all_partners
from subscribers import regions
from subscribers.models import Frequency, Reader, Subscriber, Subscription
from subscribers.segments import mailed
from subscribers.segments.fields import HOME_ZONE
from subscribers.segments.rules import AllOf, parse_rule, say
from subscribers.segments.who import MAILED

__all__ = [
    "MOST_VARIANTS",
    "Assignment",
    "Group",
    "PlannedVariant",
    "assignment",
    "edition_name",
    "groups_of",
    "groups_to_make",
    "in_order",
    "plan_variants",
    "readers_per_block",
    "variants_of",
]

MOST_VARIANTS = 64  # more than anybody can look through
_MOST_GROUPS = 20_000  # rows looked at before it is clear that there are too many
Seen = tuple[str, tuple[str, ...]]  # edition, ids of the visible blocks
Group = tuple[str, int, int]  # edition, mask, number of readers


@dataclass(frozen=True)
class PlannedVariant:
    """What all readers with the same edition and the same visible blocks get."""

    key: str  # "base", "base-3f9c1a", "lpb"
    edition: str
    label: str  # "A", "B", ... in the order shown
    blocks: list[str]  # ids of the visible blocks, in order
    readers: int  # who would be mailed it today
    say: str  # "LPB: wijkambtenaar in Fryslân"


def plan_variants(
    session: Session,
    issue: Issue,
    *,
    today: date,
    zone: tzinfo = HOME_ZONE,
    language: str = "nl",
) -> list[PlannedVariant]:
    """The finite set of what readers would get today, the base issue's first.

    The base variant is always there, also with nobody to read it: it is what the
    archive shows. Raises TooManyVariants naming the rule to take off.
    """
    assigned, groups = groups_to_make(session, issue, today=today, zone=zone)
    return variants_of(session, issue, assigned, groups, language=language)


def variants_of(
    session: Session,
    issue: Issue,
    assigned: Assignment,
    groups: Sequence[Group],
    *,
    language: str = "nl",
) -> list[PlannedVariant]:
    """The same of groups that were counted already."""
    readers: Counter[Seen] = Counter()
    visible: dict[Seen, tuple[Block, ...]] = {}
    for edition, mask, count in [(BASE_KEY, 0, 0), *groups]:
        shown = assigned.visible(edition, mask)
        seen = (edition, tuple(block.id for block in shown))
        if assigned.variant_key_of(edition, mask) is not None:
            readers[seen] += count
        elif (edition, mask) != (BASE_KEY, 0):
            continue
        visible[seen] = shown
    _refuse_too_many(session, issue, assigned, groups, len(visible), language)
    planned = [
        PlannedVariant(
            key=variant_key(edition, shown),
            edition=edition,
            label="",
            blocks=list(ids),
            readers=readers[edition, ids],
            say=_say(session, assigned.views[edition], shown, language),
        )
        for (edition, ids), shown in visible.items()
    ]
    _refuse_equal_keys(planned)
    return in_order(planned, assigned)


def in_order(
    planned: Iterable[PlannedVariant], assigned: Assignment
) -> list[PlannedVariant]:
    """As they are shown, with their letters: by edition, the most readers first."""
    editions = list(assigned.views)
    found = sorted(
        planned,
        key=lambda variant: (
            editions.index(variant.edition),
            -variant.readers,
            variant.blocks,
        ),
    )
    return [replace(variant, label=label(place)) for place, variant in enumerate(found)]


def groups_to_make(
    session: Session, issue: Issue, *, today: date, zone: tzinfo
) -> tuple[Assignment, list[Group]]:
    """Those who are mailed, counted by edition and mask; none may be left out.

    A group that only gets the monthly bundle counts nobody and is there all the same:
    the bundle tells them of their version, which is read on the web.
    """
    assigned = assignment(session, issue, today=today, zone=zone, who=MAILED)
    candidates = fenced(
        assigned.joined(
            select(
                assigned.edition.label("edition"),
                assigned.holds.label("holds"),
                case((Reader.frequency == Frequency.EVERY, 1), else_=0).label("mailed"),
            ).select_from(Reader)
        ).where(mailed.on(issue.list_id, today=today)),
        "candidates",
    )
    readers = func.sum(candidates.c.mailed)
    return assigned, _counted(session, assigned, candidates, readers)


def groups_of(session: Session, issue: Issue, assigned: Assignment) -> list[Group]:
    """Everybody with a subscription to the list, counted by edition and mask."""
    candidates = fenced(
        assigned.joined(
            select(assigned.edition.label("edition"), assigned.holds.label("holds"))
            .select_from(Subscription)
            .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        ).where(Subscription.list_id == issue.list_id),
        "candidates",
    )
    return _counted(session, assigned, candidates, func.count())


def _counted(
    session: Session,
    assigned: Assignment,
    candidates: Subquery,
    readers: ColumnElement[int],
) -> list[Group]:
    mask = assigned.mask(candidates.c.edition, candidates.c.holds).label("mask")
    rows = session.execute(
        select(candidates.c.edition, mask, readers)
        .group_by(candidates.c.edition, mask)
        .limit(_MOST_GROUPS)
    )
    return [(edition, int(mask), int(count)) for edition, mask, count in rows]


def _refuse_too_many(
    session: Session,
    issue: Issue,
    assigned: Assignment,
    groups: Sequence[Group],
    found: int,
    language: str,
) -> None:
    if found <= MOST_VARIANTS and len(groups) < _MOST_GROUPS:
        return
    left = {
        bit: len({(edition, mask & ~(1 << bit)) for edition, mask, _count in groups})
        for bit in range(len(assigned.rules))
    }
    rule = assigned.rules[min(left, key=lambda bit: left[bit])]
    blocks = dict.fromkeys(
        block.id
        for view in assigned.views.values()
        for block in ruled(view.blocks)
        if normal_form(block) == rule
    )
    said = say(session, parse_rule(json.loads(rule)), language)
    raise TooManyVariants(
        f"Issue {issue.number} would have {found} variants; {MOST_VARIANTS} is the "
        f"most that can be checked. The rule that multiplies most is {said!r} on "
        f"{' and '.join(blocks)}: take it off, or give several blocks the same rule."
    )


def _refuse_equal_keys(planned: Sequence[PlannedVariant]) -> None:
    # Six hex digits are short enough to say aloud; among 64 variants two are equal
    # once in eight thousand issues, and readers must never get another's blocks.
    for key, times in Counter(variant.key for variant in planned).items():
        if times > 1:
            raise IssueError(
                f"Two variants would both be called {key}. "
                "Give one of the blocks with a rule another id."
            )


def label(place: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _say(session: Session, view: View, visible: Sequence[Block], language: str) -> str:
    """ "LPB: wijkambtenaar in Fryslân": the edition, then the rules that hold."""
    holding = dict.fromkeys(normal_form(block) for block in ruled(visible))
    rules = tuple(parse_rule(json.loads(rule)) for rule in holding)
    words = (THE_OTHERS if view.bits else EVERYBODY)[language]
    if rules:
        words = say(session, AllOf(rules), language)
    name = edition_name(session, view.edition)
    if not name:
        return words
    return f"{name}: {words}" if view.bits else name


def edition_name(session: Session, edition: Edition) -> str:
    """What people call it; "" for the base issue."""
    if edition.partner:
        # One that was taken away is called what the issue calls it: the page on which
        # its edition is taken away, too, must open.
        names = {known.slug: known.name for known in all_partners(session)}
        return names.get(edition.partner, edition.partner)
    return regions.name_of(session, edition.region) if edition.region else ""


def readers_per_block(planned: Iterable[PlannedVariant]) -> Counter[str]:
    """How many readers see each block; a block nobody sees is not in it."""
    counts: Counter[str] = Counter()
    for variant in planned:
        for block in variant.blocks:
            counts[block] += variant.readers
    return +counts
