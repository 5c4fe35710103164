"""Who gets what, as SQL: an edition and a mask for every candidate.

The *edition* is a CASE over the editions' audiences; the *mask* has one bit for each
rule of that edition, set when the rule means this reader. Together they say which
blocks are visible.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from sqlalchemy import BigInteger, ColumnElement, String, and_, case, literal
from sqlalchemy.orm import Session

from newsletter.issues.blocks import Block
from newsletter.issues.composition import Composition, ruled
from newsletter.issues.editions import BASE_KEY, Edition
from newsletter.issues.errors import TooManyVariants
from newsletter.issues.models import Issue
from newsletter.partners.partners import find_partner
from subscribers.segments.audience import exclusion_case
from subscribers.segments.compile import compile_rule
from subscribers.segments.fields import HOME_ZONE
from subscribers.segments.rules import as_data, parse_rule
from subscribers.segments.who import ON_FILE, Who

MOST_RULES = 62  # bits in a positive 64-bit number, one to spare


@dataclass(frozen=True)
class View:
    """One edition's blocks, and the distinct rules on them: bit n is ``rules[n]``."""

    edition: Edition
    blocks: tuple[Block, ...]
    rules: tuple[str, ...]  # normal form, so that equal rules share a bit

    @classmethod
    def of(cls, edition: Edition, blocks: Sequence[Block]) -> "View":
        rules = dict.fromkeys(normal_form(block) for block in ruled(blocks))
        return cls(edition, tuple(blocks), tuple(rules))

    def visible(self, mask: int) -> tuple[Block, ...]:
        shown = {rule for bit, rule in enumerate(self.rules) if mask >> bit & 1}
        return tuple(
            block
            for block in self.blocks
            if block.only is None or normal_form(block) in shown
        )

    def mask(self, list_id: int, *, zone: tzinfo, who: Who) -> ColumnElement[int]:
        """The bits of one reader, as SQL."""
        total: ColumnElement[int] = literal(0, BigInteger)
        for bit, rule in enumerate(self.rules):
            parsed = parse_rule(json.loads(rule))
            means = compile_rule(parsed, list_id=list_id, zone=zone, who=who)
            total = total + case(
                (means, literal(1 << bit, BigInteger)), else_=literal(0, BigInteger)
            )
        return total


@dataclass(frozen=True)
class Assignment:
    """Who gets what, as SQL over Subscription joined with Subscriber, or over Reader.

    A freeze labels ``edition`` and ``mask`` in a subquery over its candidates and puts
    ``variant_key`` (a CASE over the pairs that occur) around it.
    """

    exclusion: ColumnElement[str | None]  # why no mail at all; NULL for a reader
    edition: ColumnElement[str]
    mask: ColumnElement[int]
    views: Mapping[str, View]

    def visible(self, edition: str, mask: int) -> tuple[Block, ...]:
        return self.views[edition].visible(mask)

    def variant_key_of(self, edition: str, mask: int) -> str | None:
        """None when no block is meant for this reader: then there is no mail."""
        visible = self.visible(edition, mask)
        if not any(block.is_content for block in visible):
            return None
        return variant_key(edition, visible)


def variant_key(edition: str, visible: Iterable[Block]) -> str:
    """The edition's key, with a hash of the ruled blocks when any is visible."""
    ids = sorted(block.id for block in visible if block.only is not None)
    if not ids:
        return edition
    return f"{edition}-{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:6]}"


def assignment(
    session: Session,
    issue: Issue,
    *,
    today: date,
    zone: tzinfo = HOME_ZONE,
    who: Who = ON_FILE,
) -> Assignment:
    """The two expressions of one issue. Raises TooManyVariants at too many rules.

    ``today``, and the days in rules, are days in ``zone``. Of ``who`` is MAILED there
    is nothing to exclude: ask ``segments.mailed`` who of them.
    """
    composition = Composition.of(issue)
    views = {
        edition.key: View.of(edition, edition.compose(composition.base))
        for edition in composition.all_editions
    }
    for view in views.values():
        if len(view.rules) > MOST_RULES:
            raise TooManyVariants(
                f"Issue {issue.number} has {len(view.rules)} different rules in "
                f"edition {view.edition.key}; {MOST_RULES} is the most. Take some off."
            )
    masks = {
        key: view.mask(issue.list_id, zone=zone, who=who) for key, view in views.items()
    }
    exclusion = exclusion_case(issue.list_id, today=today)
    branches = _branches(session, issue, composition.editions, zone=zone, who=who)
    if not branches:
        base = literal(BASE_KEY, String)
        return Assignment(exclusion, base, masks[BASE_KEY], views)
    edition = case(
        *((condition, literal(key, String)) for condition, key in branches),
        else_=literal(BASE_KEY, String),
    )
    if len({view.rules for view in views.values()}) == 1:
        # The usual case: whatever the edition, a bit means the same rule.
        return Assignment(exclusion, edition, masks[BASE_KEY], views)
    mask = case(
        *((condition, masks[key]) for condition, key in branches),
        else_=masks[BASE_KEY],
    )
    return Assignment(exclusion, edition, mask, views)


def _branches(
    session: Session,
    issue: Issue,
    editions: Sequence[Edition],
    *,
    zone: tzinfo,
    who: Who,
) -> list[tuple[ColumnElement[bool], str]]:
    """Own choice first, then the order of the file; whoever is left gets the base."""
    eligible = {
        edition.key: compile_rule(
            edition.rule(), list_id=issue.list_id, zone=zone, who=who
        )
        for edition in editions
    }
    chosen = who.edition_sender_id
    own_choice: list[tuple[ColumnElement[bool], str]] = [
        (
            and_(chosen == _sender_id(session, edition.partner), eligible[edition.key]),
            edition.key,
        )
        for edition in editions
        if edition.partner
    ]
    return own_choice + [(condition, key) for key, condition in eligible.items()]


def _sender_id(session: Session, partner: str) -> int:
    return find_partner(session, partner).sender_id


def normal_form(block: Block) -> str:
    """The block's rule, written in the one way equal rules are."""
    return json.dumps(as_data(parse_rule(block.only)), sort_keys=True)
