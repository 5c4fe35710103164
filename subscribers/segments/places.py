"""Many questions about where people live, answered once for each place.

A rule that stands alone asks each reader whether their region is among some codes. An
issue asks a dozen of those of a million readers: a look-up each. Here every place gets
a bit for each region that is asked about and has it below; joined to the readers it is
one look-up, whatever is asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.orm import aliased

from subscribers.models import Region
from subscribers.segments.fields import by_now
from subscribers.segments.rules import Rule, questions
from subscribers.segments.who import Who

Columns = TypeVarTuple("Columns")
MOST = 62  # bits in a positive 64-bit number, one to spare


@dataclass(frozen=True)
class Places:
    """The regions some rules ask about, a bit each; ``table`` has code and bits."""

    bits: Mapping[str, int]  # by code, as the rules name it
    table: Subquery

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> "Places | None":
        """None when there are none, or more than bits: rules then ask by themselves."""
        asked = dict.fromkeys(
            question.value
            for rule in rules
            for question in questions(rule)
            if question.field.key == "region"
        )
        if not 0 < len(asked) <= MOST:
            return None
        bits = {code: 1 << place for place, code in enumerate(asked)}
        return cls(bits, _table(bits))

    def among(self, values: Iterable[str]) -> ColumnElement[bool]:
        """Whether somebody lives in one of them; NULL when in none that is asked of."""
        bits: ColumnElement[int] = self.table.c.bits
        return bits.bitwise_and(sum(self.bits[value] for value in values)) != 0

    def joined(self, query: Select[*Columns], who: Who) -> Select[*Columns]:
        """The query with each person's place beside them."""
        return query.outerjoin(self.table, self.table.c.code == who.region_code)


def _table(bits: Mapping[str, int]) -> Subquery:
    named, wide = aliased(Region), aliased(Region)
    bit = case(
        {code: literal(bit, BigInteger) for code, bit in bits.items()}, value=named.code
    )
    return (
        select(Region.code, cast(func.sum(bit), BigInteger).label("bits"))
        .join(wide, Region.path.like(wide.path.concat("%")))
        .join(named, by_now(named) == wide.code)
        .where(named.code.in_(bits))
        .group_by(Region.code)
        .subquery("places")
    )
