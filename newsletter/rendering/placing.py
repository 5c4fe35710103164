"""What a block must know of its neighbours and of the colours in the mail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.rendering.values import (
    BlockValue,
    Brand,
    BundledIssue,
    Divider,
    Frame,
    KnowledgeStrip,
    PartnerBlock,
    Source,
    StoryBlock,
)
from newsletter.rendering.wording import colour, tone

_LOGO_HEIGHT = 40  # px
_LOGO_HEIGHT_PHONE = 32

# A line above these tells where the piece before them ended.
_BEGINS = frozenset({"story", "event", "text", "bundled"})
# These end in air, colour or a line of their own.
_SETS_APART = frozenset({"foreword", "divider", "image", "partner", "call"})


@dataclass(frozen=True)
class Placed:
    """A block where it stands in the mail."""

    block: BlockValue
    line_above: bool
    follows_its_story: bool  # a knowledge strip right under the story it belongs to
    follows_a_divider: bool

    @property
    def joins_text_above(self) -> bool:
        """In plain text no line is wanted between this and what stands above it."""
        return (
            self.follows_its_story
            or self.follows_a_divider
            or isinstance(self.block, Divider)
        )


def place(blocks: Sequence[BlockValue]) -> list[Placed]:
    before: list[BlockValue | None] = [None, *blocks]
    return [
        Placed(
            block=block,
            line_above=_line_between(previous, block),
            follows_its_story=isinstance(block, KnowledgeStrip)
            and isinstance(previous, StoryBlock)
            and previous.title == block.story_title,
            follows_a_divider=isinstance(previous, Divider),
        )
        for previous, block in zip(before, blocks, strict=False)
    ]


def _line_between(previous: BlockValue | None, block: BlockValue) -> bool:
    if previous is None or previous.kind in _SETS_APART or block.kind not in _BEGINS:
        return False
    # A large picture from edge to edge is line enough.
    return not (isinstance(block, StoryBlock) and block.feature and block.picture)


def tones(frame: Frame, blocks: Sequence[BlockValue]) -> list[tuple[str, str, str]]:
    """The partners' colours in this mail: class name, in light, in dark."""
    pairs = dict.fromkeys(
        (colour(brand.colour), colour(brand.colour_dark))
        for brand in _brands(frame, blocks)
    )
    return [(tone(light), light, dark) for light, dark in pairs]


def logo_heights(frame: Frame) -> tuple[int, int]:
    """The height of both logos in px, on a screen and on a phone.

    One height for two logos, and so that both fit beside each other with the height of
    a logo between them, also when one is a long wordmark.
    """
    logos = [
        logo
        for brand in (frame.host, frame.partner)
        if brand
        for logo in (brand.logo, brand.logo_dark)
    ]
    widest = max((logo.width / logo.height for logo in logos if logo), default=1.0)
    room = 1 if frame.partner is None else 2
    return (
        min(_LOGO_HEIGHT, int(500 / room / widest)),
        min(_LOGO_HEIGHT_PHONE, int(240 / room / widest)),
    )


def _brands(frame: Frame, blocks: Sequence[BlockValue]) -> Iterator[Brand | Source]:
    if frame.partner:
        yield frame.partner
    for block in blocks:
        if isinstance(block, StoryBlock) and block.source:
            yield block.source
        if isinstance(block, BundledIssue):
            yield from (story.source for story in block.stories if story.source)
        if isinstance(block, PartnerBlock):
            yield block.partner
