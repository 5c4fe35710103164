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
from functools import partial
from typing import Any, TypeVarTuple

from sqlalchemy import BigInteger, ColumnElement, Select, String, and_, case, literal
from sqlalchemy.orm import Session

from newsletter.issues.blocks import Block
from newsletter.issues.composition import Composition, ruled
from newsletter.issues.editions import BASE_KEY, Edition
from newsletter.issues.errors import TooManyVariants
from newsletter.issues.models import Issue
from newsletter.partners.partners import find_partner
from subscribers.segments.audience import exclusion_case
from subscribers.segments.compile import compile_rule
from subscribers.segments.fields import HOME_ZONE, Value
from subscribers.segments.places import Places
from subscribers.segments.rules import as_data, parse_rule
from subscribers.segments.who import ON_FILE, Who

Columns = TypeVarTuple("Columns")
MOST_RULES = 62  # bits in a positive 64-bit number, one to spare


@dataclass(frozen=True)
class View:
    """One edition's blocks; ``bits`` are those of the rules that are on them."""

    edition: Edition
    blocks: tuple[Block, ...]
    bits: int

    @classmethod
    def of(
        cls, edition: Edition, blocks: Sequence[Block], rules: Sequence[str]
    ) -> "View":
        here = {normal_form(block) for block in ruled(blocks)}
        bits = sum(1 << bit for bit, rule in enumerate(rules) if rule in here)
        return cls(edition, tuple(blocks), bits)


@dataclass(frozen=True)
class Assignment:
    """Who gets what, as SQL over Subscription joined with Subscriber, or over Reader.

    Select ``edition`` and ``holds`` in a subquery of its own, made by ``joined``, and
    take ``mask`` of its columns around it: so each is worked out once a reader. A
    freeze puts ``variant_key_of`` (a CASE over the pairs that occur) around that.
    """

    exclusion: ColumnElement[str | None]  # why no mail at all; NULL for a reader
    edition: ColumnElement[str]
    holds: ColumnElement[int]  # bit n: ``rules[n]`` means this reader
    rules: tuple[str, ...]  # normal form, so that equal rules share a bit
    views: Mapping[str, View]
    who: Who
    places: Places | None

    def joined(self, query: Select[*Columns]) -> Select[*Columns]:
        """The query with what ``edition`` and ``holds`` look at beside each reader."""
        return self.places.joined(query, self.who) if self.places else query

    def mask(
        self, edition: ColumnElement[str], holds: ColumnElement[int]
    ) -> ColumnElement[int]:
        """The bits that matter in the reader's edition."""
        every = (1 << len(self.rules)) - 1
        bits = {key: view.bits for key, view in self.views.items() if view.bits < every}
        if not bits:
            return holds  # the usual case: all editions have the same rules
        whens = {key: literal(bit, BigInteger) for key, bit in bits.items()}
        mine = case(whens, value=edition, else_=literal(every, BigInteger))
        return holds.bitwise_and(mine)

    def visible(self, edition: str, mask: int) -> tuple[Block, ...]:
        shown = {rule for bit, rule in enumerate(self.rules) if mask >> bit & 1}
        return tuple(
            block
            for block in self.views[edition].blocks
            if block.only is None or normal_form(block) in shown
        )

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
    every = [
        (edition, composition.visible_of(edition.key))
        for edition in composition.all_editions
    ]
    found = [
        normal_form(block) for _edition, blocks in every for block in ruled(blocks)
    ]
    rules = tuple(dict.fromkeys(found))
    if len(rules) > MOST_RULES:
        raise TooManyVariants(
            f"Issue {issue.number} has {len(rules)} different rules; {MOST_RULES} is "
            "the most. Take some off."
        )
    parsed = [parse_rule(json.loads(rule)) for rule in rules]
    audiences = {edition.key: edition.rule() for edition in composition.editions}
    places = Places.of([*parsed, *audiences.values()])
    compiled = partial(
        compile_rule,
        list_id=issue.list_id,
        zone=zone,
        who=who,
        value=_looked_up(session),
        places=places,
    )
    return Assignment(
        exclusion=exclusion_case(issue.list_id, today=today),
        edition=_edition(
            session,
            composition.editions,
            {key: compiled(rule) for key, rule in audiences.items()},
            who=who,
        ),
        holds=_holds(compiled(rule) for rule in parsed),
        rules=rules,
        views={
            edition.key: View.of(edition, blocks, rules) for edition, blocks in every
        },
        who=who,
        places=places,
    )


def _looked_up(session: Session) -> Value:
    """Names become numbers now: a look-up in the statement costs each reader."""

    def value(query: Select[Any]) -> ColumnElement[Any]:
        (column,) = query.selected_columns
        return literal(session.scalar(query), column.type)

    return value


def _holds(rules: Iterable[ColumnElement[bool]]) -> ColumnElement[int]:
    total: ColumnElement[int] = literal(0, BigInteger)
    for bit, means in enumerate(rules):
        total = total + case(
            (means, literal(1 << bit, BigInteger)), else_=literal(0, BigInteger)
        )
    return total


def _edition(
    session: Session,
    editions: Sequence[Edition],
    eligible: Mapping[str, ColumnElement[bool]],
    *,
    who: Who,
) -> ColumnElement[str]:
    """Own choice first, then the order of the file; whoever is left gets the base."""
    base = literal(BASE_KEY, String)
    if not editions:
        return base
    # Whoever chose the first gets it by the order of the file, too.
    chosen = [
        (who.edition_sender_id == _sender_id(session, edition.partner), edition.key)
        for edition in editions[1:]
        if edition.partner
    ]
    by_choice = [
        (and_(is_chosen, eligible[key]), literal(key, String))
        for is_chosen, key in chosen
    ]
    by_order = [
        (condition, literal(key, String)) for key, condition in eligible.items()
    ]
    return case(*by_choice, *by_order, else_=base)


def _sender_id(session: Session, partner: str) -> int:
    return find_partner(session, partner).sender_id


def normal_form(block: Block) -> str:
    """The block's rule, written in the one way equal rules are."""
    return json.dumps(as_data(parse_rule(block.only)), sort_keys=True)
