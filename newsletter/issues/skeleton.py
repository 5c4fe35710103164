"""What of an issue stays the same in the next: the build without this month's words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from newsletter.issues.blocks import Block, Foreword, make_id
from newsletter.issues.blocks.section import LARGEST, Section
from newsletter.issues.blocks.story import Story
from newsletter.issues.composition import Composition
from newsletter.issues.editions import Edition
from newsletter.issues.models import Issue

Documents = list[dict[str, Any]]
STORIES = {"nl": "Verhalen", "en": "Stories"}


def skeleton_of(issue: Issue) -> tuple[Documents, Documents]:
    """Blocks and editions of the next issue.

    Sections and blocks that recur stay; a foreword stays to be written anew. Stories,
    their knowledge and what was of that month go. An issue without sections gets one
    for each run of stories: one fewer to one more than it had.
    """
    composition = Composition.of(issue)
    base = [*composition.base]
    if not any(isinstance(block, Section) for block in base):
        base = _with_sections(base, composition.all_blocks(), issue.language)
    kept = {block.id for block in base if block.recurs}
    blocks = [_emptied(block) for block in base if block.id in kept]
    before = _last_kept([block.id for block in base], kept)
    editions = [_edition(one, before) for one in composition.editions]
    return [block.to_dict() for block in blocks], editions


def _emptied(block: Block) -> Block:
    """A foreword without text: it must be written before the issue can go out."""
    if isinstance(block, Foreword):
        return Foreword(id=block.id, only=block.only, hidden=block.hidden, text="")
    return block


def _with_sections(
    base: Sequence[Block], everything: Iterable[Block], language: str
) -> list[Block]:
    taken = {block.id for block in everything}
    made: list[Block] = []
    run: list[Block] = []
    for block in [*base, None]:
        if block is not None and not block.recurs:
            run.append(block)
            continue
        stories = sum(isinstance(one, Story) and not one.hidden for one in run)
        if stories:
            section = Section(
                id=make_id(Section.kind, taken),
                title=STORIES[language],
                least=max(1, stories - 1),
                most=min(LARGEST, stories + 1),
            )
            taken.add(section.id)
            made.append(section)
        made += run
        run = []
        if block is not None:
            made.append(block)
    return made


def _last_kept(ids: Sequence[str], kept: set[str]) -> dict[str, str | None]:
    """For each block the one a block after it stands after now."""
    before: dict[str, str | None] = {}
    last: str | None = None
    for one in ids:
        last = one if one in kept else last
        before[one] = last
    return before


def _edition(edition: Edition, before: Mapping[str, str | None]) -> dict[str, Any]:
    """Its readers and the blocks of its own that recur."""
    document = edition.to_dict()
    for words in ("subject", "foreword", "blocks"):
        document.pop(words, None)
    place = dict(before)
    extras: Documents = []
    for extra in edition.extras:
        after = place.get(extra.after) if extra.after else None
        place[extra.block.id] = extra.block.id if extra.block.recurs else after
        if extra.block.recurs:
            extras.append({"after": after, "block": _emptied(extra.block).to_dict()})
    if extras:
        document["blocks"] = extras
    return document
