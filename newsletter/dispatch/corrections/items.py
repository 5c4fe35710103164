"""What in an issue can be put right, and how people call it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from newsletter.dispatch.corrections.errors import UnknownItem
from newsletter.issues.blocks import Block, Foreword
from newsletter.issues.blocks.context import plain
from newsletter.issues.composition import Composition
from newsletter.issues.editions import Edition
from newsletter.issues.models import Issue
from newsletter.library.stories import items_of as pieces_of
from newsletter.rendering.richtext import from_markdown

MOST_OF_A_TITLE = 60  # characters: it stands in a subject
# Where a block says what it is about; the first that says anything counts.
_TELLING = ("title", "caption", "text", "who", "alt")


@dataclass(frozen=True)
class Item:
    """One thing readers saw, and where: edition and block together."""

    id: str
    kind: str  # "story", "foreword"
    label: str  # the kind in the issue's language: "Verhaal", "Voorwoord"
    title: str
    story: str | None  # the slug, when it shows a piece from the library
    places: frozenset[tuple[str, str]]


def items_in(session: Session, issue: Issue) -> list[Item]:
    """Every block that says something, each once, in order; editions' own come last."""
    composition = Composition.of(issue)
    blocks: dict[str, Block] = {}
    places: dict[str, set[tuple[str, str]]] = {}
    base = {block.id: block for block in composition.base}
    for edition in composition.all_editions:
        for block in composition.blocks_of(edition.key):
            if not block.specs():
                continue  # a line has nothing to put right
            name = _name_of(block, base, edition)
            blocks.setdefault(name, block)
            places.setdefault(name, set()).add((edition.key, block.id))
    titles = _titles_of_pieces(session, blocks.values())
    return [
        Item(
            id=name,
            kind=block.kind,
            label=_label(block, issue.language),
            title=_title(block, titles, issue.language),
            story=_story_of(block),
            places=frozenset(places[name]),
        )
        for name, block in blocks.items()
    ]


def find_item(session: Session, issue: Issue, named: str) -> Item:
    """By a block's id or a story's slug. Raises UnknownItem naming those there are.

    A slug means the story wherever it stands, and only when it stands nowhere the
    knowledge beside it.
    """
    items = items_in(session, issue)
    showing = [item for item in items if item.story == named]
    stories = [item for item in showing if item.kind == "story"]
    found = [item for item in items if item.id == named or item in (stories or showing)]
    if not found:
        known = dict.fromkeys(
            name for item in items for name in (item.id, item.story) if name
        )
        raise UnknownItem(issue.number, named, known)
    everywhere = frozenset[tuple[str, str]]().union(*(item.places for item in found))
    return replace(found[0], id=named, places=everywhere)


def _name_of(block: Block, base: Mapping[str, Block], edition: Edition) -> str:
    """Its id, but an edition's own foreword is not the one it replaces."""
    known = base.get(block.id)
    if (
        isinstance(block, Foreword)
        and isinstance(known, Foreword)
        and known.text != block.text
    ):
        return edition.foreword_id
    return block.id


def _story_of(block: Block) -> str | None:
    slug = getattr(block, "story", None)
    return slug if isinstance(slug, str) else None


def _titles_of_pieces(session: Session, blocks: Iterable[Block]) -> dict[str, str]:
    slugs = [slug for block in blocks if (slug := _story_of(block))]
    return {slug: item.title for slug, item in pieces_of(session, slugs).items()}


def _title(block: Block, pieces: Mapping[str, str], language: str) -> str:
    slug = _story_of(block)
    if slug is not None:
        return plain(pieces.get(slug, slug))
    if isinstance(block, Foreword):
        # It begins with "Beste Anna", which tells nobody what it is.
        return _label(block, language)
    for name in _TELLING:
        value = getattr(block, name, None)
        if value:
            return _short(plain(from_markdown(value).plain))
    return _label(block, language)


def _label(block: Block, language: str) -> str:
    return block.label.get(language, block.label["nl"])


def _short(text: str) -> str:
    if len(text) <= MOST_OF_A_TITLE:
        return text
    return text[: MOST_OF_A_TITLE - 2].rsplit(" ", 1)[0] + " …"
