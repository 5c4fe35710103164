"""The kinds of block an issue is made of.

To add one, write its file and list it in BLOCK_TYPES: files, desk, variants and
rendering all read that tuple.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from newsletter.issues.blocks.base import Block
from newsletter.issues.blocks.button import Button
from newsletter.issues.blocks.call import Call
from newsletter.issues.blocks.context import Resolving
from newsletter.issues.blocks.divider import Divider
from newsletter.issues.blocks.event import Event
from newsletter.issues.blocks.foreword import Foreword
from newsletter.issues.blocks.image import Image
from newsletter.issues.blocks.knowledge import Knowledge
from newsletter.issues.blocks.partner import PartnerWords
from newsletter.issues.blocks.quotation import Quotation
from newsletter.issues.blocks.section import Section
from newsletter.issues.blocks.story import Story
from newsletter.issues.blocks.text import FreeText
from newsletter.issues.errors import BadBlock, unknown_field

__all__ = [
    "BLOCK_TYPES",
    "Block",
    "Foreword",
    "Resolving",
    "block_type",
    "make_id",
    "read_block",
    "read_blocks",
]

BLOCK_TYPES: tuple[type[Block], ...] = (
    Foreword,
    Story,
    Knowledge,
    Quotation,
    Event,
    PartnerWords,
    Call,
    FreeText,
    Image,
    Button,
    Divider,
    Section,
)
_BY_KIND: Mapping[str, type[Block]] = {kind.kind: kind for kind in BLOCK_TYPES}


def block_type(kind: object, *, block: str) -> type[Block]:
    """The class of a kind. Raises BadBlock naming the kinds there are."""
    if not isinstance(kind, str) or kind not in _BY_KIND:
        words = unknown_field(kind, _BY_KIND)
        raise BadBlock(block, words.replace("no field", "no kind"))
    return _BY_KIND[kind]


def read_block(document: object, *, block_id: str) -> Block:
    """One block; ``block_id`` counts when the document names none. Raises BadBlock."""
    if not isinstance(document, dict):
        raise BadBlock(block_id, 'must be an object such as {"kind": "divider"}.')
    if "kind" not in document:
        raise BadBlock(block_id, f"kind is missing. Use: {', '.join(_BY_KIND)}.")
    kind = block_type(document["kind"], block=block_id)
    return kind.from_dict(document, block_id=block_id)


def read_blocks(documents: object, *, taken: Iterable[str] = ()) -> list[Block]:
    """Blocks in order, each with an id; raises BadBlock, also for an id used twice."""
    if not isinstance(documents, list):
        raise BadBlock("list", 'must be a list: "blocks": [...].')
    named = {
        document["id"]
        for document in documents
        if isinstance(document, dict) and isinstance(document.get("id"), str)
    }
    used = set(taken)
    blocks: list[Block] = []
    for place, document in enumerate(documents, start=1):
        made = make_id(_kind_of(document, place), used | named)
        block = read_block(document, block_id=made)
        if block.id in used:
            raise BadBlock(block.id, "two blocks have this id. Give one another id.")
        used.add(block.id)
        blocks.append(block)
    return blocks


def make_id(kind: str, used: Iterable[str]) -> str:
    """The first free ``kind-n``."""
    taken = set(used)
    number = 1
    while f"{kind}-{number}" in taken:
        number += 1
    return f"{kind}-{number}"


def _kind_of(document: Any, place: int) -> str:
    kind = document.get("kind") if isinstance(document, dict) else None
    return kind if isinstance(kind, str) and kind in _BY_KIND else f"number-{place}"
