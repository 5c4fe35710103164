"""A part of the issue that wants so many stories: for who composes, not in the mail."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from newsletter.issues.blocks import fields
from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.context import Resolving
from newsletter.issues.blocks.story import Story

LARGEST = 40  # stories in a part: a mail with more is clipped


@dataclass(frozen=True, kw_only=True)
class Section(Block):
    """Runs to the next section, or to the end; its stories are counted."""

    kind = "section"
    label = {"nl": "Rubriek", "en": "Section"}
    example = {"title": "Uit de buurt", "least": 2, "most": 5}
    is_content = False
    is_mailed = False

    title: str = fields.line("Naam", "Name", most=80)
    least: int = fields.number("Minstens", "At least", most=LARGEST, default=1)
    most: int = fields.number("Hoogstens", "At most", most=LARGEST, default=LARGEST)

    def problems(self) -> Iterator[fields.Problem]:
        yield from super().problems()
        if self.least > self.most:
            yield {
                "nl": "Minstens is meer dan hoogstens. Verander een van de twee.",
                "en": "At least is more than at most. Change one of them.",
            }

    def resolve(self, context: Resolving) -> None:
        return None


@dataclass(frozen=True)
class Filling:
    """How a section stands."""

    section: Section
    stories: int
    last: str  # id of the block that a next story comes after

    @property
    def lacks(self) -> int:
        return max(0, self.section.least - self.stories)

    @property
    def surplus(self) -> int:
        return max(0, self.stories - self.section.most)

    @property
    def has_room(self) -> bool:
        return self.stories < self.section.most


def fillings(blocks: Sequence[Block]) -> Mapping[str, Filling]:
    """By the section's id, in order. What is hidden fills nothing, and a story that
    stands there twice fills once."""
    found: dict[str, Filling] = {}
    here: Section | None = None
    there: set[str] = set()
    for block in blocks:
        if block.hidden and not isinstance(block, Section):
            continue
        if isinstance(block, Section):
            here = None if block.hidden else block
            there = set()
            if here:
                found[here.id] = Filling(here, 0, here.id)
        elif here is not None and isinstance(block, Story):
            there.add(block.story)
            found[here.id] = Filling(here, len(there), block.id)
        elif here is not None and block.kind == "knowledge":
            # A strip belongs to the story above it.
            filling = found[here.id]
            if filling.stories:
                found[here.id] = Filling(here, filling.stories, block.id)
    return found
