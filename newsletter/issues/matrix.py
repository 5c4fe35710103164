"""Versions by blocks: who sees what, and how each version differs from the issue."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsletter.issues.blocks import Block
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE_KEY
from newsletter.issues.variants import PlannedVariant, readers_per_block


@dataclass(frozen=True)
class Row:
    """One block, and in which versions it stands."""

    block: Block
    readers: int
    variants: frozenset[str]  # keys


@dataclass(frozen=True)
class Difference:
    """What a version's readers get that those of the base do not, by block id."""

    more: tuple[str, ...]
    fewer: tuple[str, ...]
    others: tuple[str, ...]  # the same block with other words in it
    subject: str | None  # of its own

    @property
    def is_none(self) -> bool:
        return not (self.more or self.fewer or self.others or self.subject)


@dataclass(frozen=True)
class Matrix:
    variants: tuple[PlannedVariant, ...]
    rows: tuple[Row, ...]
    differences: tuple[Difference, ...]  # one for each variant, in the same order


def matrix(
    composition: Composition, planned: Sequence[PlannedVariant], *, subject: str
) -> Matrix:
    """``planned`` as ``plan_variants`` gives them; ``subject`` is the issue's."""
    readers = readers_per_block(planned)
    rows = tuple(
        Row(
            block,
            readers[block.id],
            frozenset(one.key for one in planned if block.id in one.blocks),
        )
        for block in _in_order(composition)
        if block.is_mailed
    )
    base = next((one for one in planned if one.key == BASE_KEY), None)
    return Matrix(
        variants=tuple(planned),
        rows=rows,
        differences=tuple(
            difference(composition, one, base, subject=subject) for one in planned
        ),
    )


def difference(
    composition: Composition,
    variant: PlannedVariant,
    base: PlannedVariant | None,
    *,
    subject: str,
) -> Difference:
    """``base`` is the variant that everybody gets for whom no rule holds."""
    mine = _blocks(composition, variant)
    theirs = _blocks(composition, base) if base else {}
    own = composition.edition(variant.edition).subject
    return Difference(
        more=tuple(one for one in mine if one not in theirs),
        fewer=tuple(one for one in theirs if one not in mine),
        others=tuple(
            one
            for one in mine
            if one in theirs and _words(mine[one]) != _words(theirs[one])
        ),
        subject=own if own and own != subject else None,
    )


def _blocks(composition: Composition, variant: PlannedVariant) -> dict[str, Block]:
    return {
        block.id: block
        for block in composition.blocks_of(variant.edition)
        if block.id in variant.blocks
    }


def _words(block: Block) -> Block:
    """Whom it is for is not what it says."""
    return replace(block, only=None)


def _in_order(composition: Composition) -> list[Block]:
    """Every block once, an edition's own where its readers find it."""
    order = [*composition.base]
    for edition in composition.editions:
        before: str | None = None
        for block in edition.compose(composition.base):
            ids = [one.id for one in order]
            if block.id not in ids:
                order.insert(ids.index(before) + 1 if before else 0, block)
            before = block.id
    return order
