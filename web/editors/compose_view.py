"""What the compose page shows: cards for blocks, tabs for editions, the library."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.issues.blocks import Block
from newsletter.issues.blocks.fields import Form
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE_KEY, Edition
from newsletter.issues.extras import own_ids
from newsletter.issues.models import Issue
from newsletter.issues.usage import all_uses, placed_in
from newsletter.issues.variants import PlannedVariant, edition_name, readers_per_block
from newsletter.library.models import KnowledgeLink, LibraryItem
from newsletter.library.search import find
from newsletter.library.stories import items_of
from newsletter.library.words import summarise
from newsletter.partners.partners import all_partners
from subscribers import regions
from subscribers.segments.rules import parse_rule, say
from web.editors.block_form import choice_word, is_description
from web.language import gettext as _
from web.language import language

EXCERPT = 180
MOST_PIECES = 30  # in the library beside the blocks


def fingerprint(document: object) -> str:
    """What somebody looked at: a form is refused only when just that was changed."""
    text = json.dumps(document, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Card:
    """One block as the page shows it."""

    id: str
    kind: str
    title: str
    text: str
    picture: str | None
    story: str  # slug of the story it shows, or shows the knowledge of; "" for none
    links: tuple[KnowledgeLink, ...]  # a story's knowledge; shown under it
    who: str
    readers: int
    for_everybody: bool
    hidden: bool
    is_ours: bool  # may be changed in the edition that is shown
    is_overlaid: bool  # the base's foreword with the edition's words in it
    problems: tuple[str, ...]
    seen: str  # what the form of it was opened on


@dataclass(frozen=True)
class Tab:
    key: str
    name: str
    readers: int


@dataclass(frozen=True)
class Piece:
    item: LibraryItem
    place: str
    used_in: tuple[int, ...]


@dataclass(frozen=True)
class Shelf:
    """The pieces that are shown, and whether more were found than that."""

    pieces: tuple[Piece, ...]
    has_more: bool

    @property
    def count(self) -> str:
        return f"{len(self.pieces)}{'+' if self.has_more else ''}"


def cards(
    session: Session,
    composition: Composition,
    edition: Edition,
    planned: Sequence[PlannedVariant],
) -> list[Card]:
    """The blocks of an edition, in order."""
    readers = readers_per_block(
        variant
        for variant in planned
        if edition.key == BASE_KEY or variant.edition == edition.key
    )
    own = own_ids(edition)
    blocks = composition.blocks_of(edition.key)
    items = items_of(session, _slugs(blocks))
    names = {partner.slug: partner.name for partner in all_partners(session)}
    base = {block.id: block for block in composition.base}
    return [
        _card(
            session,
            block,
            items=items,
            partners=names,
            readers=readers[block.id],
            is_ours=edition.is_base or block.id in own,
            is_overlaid=block.id not in own and base.get(block.id) != block,
        )
        for block in blocks
    ]


def _card(
    session: Session,
    block: Block,
    *,
    items: Mapping[str, LibraryItem],
    partners: Mapping[str, str],
    readers: int,
    is_ours: bool,
    is_overlaid: bool,
) -> Card:
    title, text, picture, words, story = "", "", None, [], ""
    links: tuple[KnowledgeLink, ...] = ()
    for name, spec in block.specs().items():
        value = getattr(block, name)
        if value in (None, ""):
            continue
        if spec.form is Form.STORY and value in items:
            item = items[value]
            title = item.title
            story = item.slug if item.is_story else ""
            if len(block.specs()) > 1:
                text = item.summary or summarise(item.body)
            else:
                # A strip under a story: what it shows is the story's knowledge.
                links = tuple(item.links)
        elif spec.form is Form.PARTNER:
            words.append(partners.get(value, value))
        elif spec.form is Form.CHOICE:
            words.append(choice_word(value))
        elif spec.form is Form.PICTURE:
            picture = value
        elif spec.form is Form.MARKDOWN:
            text = value
        elif spec.form is Form.LINE and not is_description(type(block), name):
            title = title or value
    return Card(
        id=block.id,
        kind=", ".join([block.label[language()], *words]),
        title=title,
        text=_short(text),
        picture=picture,
        story=story,
        links=links,
        who=_who(session, block),
        readers=readers,
        for_everybody=block.only is None,
        hidden=block.hidden,
        is_ours=is_ours,
        is_overlaid=is_overlaid,
        problems=tuple(_problems(block)),
        seen=fingerprint(block.to_dict()),
    )


def _who(session: Session, block: Block) -> str:
    if block.only is None:
        return _("everybody")
    return say(session, parse_rule(block.only), language())


def _problems(block: Block) -> list[str]:
    """What is not finished, in the words of the form; the rest is for the check."""
    found = []
    for name, spec in block.specs().items():
        value = getattr(block, name)
        label = spec.label[language()]
        if spec.required and value in (None, ""):
            found.append(_("%(field)s is still empty.") % {"field": label})
        elif is_description(type(block), name) and value is None:
            found.append(_("%(field)s is not described yet.") % {"field": label})
        elif isinstance(value, str) and len(value) > spec.most:
            found.append(
                _("%(field)s is too long: %(most)s signs fit.")
                % {"field": label, "most": spec.most}
            )
    return found


def _slugs(blocks: Sequence[Block]) -> list[str]:
    return [
        getattr(block, name)
        for block in blocks
        for name, spec in block.specs().items()
        if spec.form is Form.STORY
    ]


def _short(text: str) -> str:
    words = " ".join(text.replace("#", "").replace("*", "").split())
    if len(words) <= EXCERPT:
        return words
    return words[:EXCERPT].rsplit(" ", 1)[0] + " …"


def tabs(
    session: Session, composition: Composition, planned: Sequence[PlannedVariant]
) -> list[Tab]:
    """The issue itself and its editions, with who gets which."""
    return [
        Tab(
            key=edition.key,
            name=edition_name(session, edition) or _("The issue itself"),
            readers=sum(v.readers for v in planned if v.edition == edition.key),
        )
        for edition in composition.all_editions
    ]


def open_editions(
    session: Session, composition: Composition
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Partners and provinces that have no edition yet."""
    there = {edition.key for edition in composition.editions}
    partners = [
        (one.slug, one.name) for one in all_partners(session) if one.slug not in there
    ]
    provinces = [
        (one.code, one.name)
        for one in regions.provinces(session)
        if one.code not in there
    ]
    return partners, provinces


def library(
    session: Session,
    issue: Issue,
    *,
    words: str,
    which: str,
    used: Mapping[str, Collection[int]],
) -> Shelf:
    """Pieces to place: those this issue has not, found by words; ``which`` narrows.

    What stood in an issue, as knowledge under a story too, is left out unless ``which``
    is "used": readers had it.
    """
    without = set(placed_in(issue))
    if which != "used":
        without |= set(used)
    partner = which.removeprefix("from-") if which.startswith("from-") else None
    items = find(
        session, words, partner=partner, without=without, limit=MOST_PIECES + 1
    )
    return Shelf(
        tuple(
            Piece(
                item=item,
                place=_place(session, item),
                used_in=tuple(used.get(item.slug, ())),
            )
            for item in items[:MOST_PIECES]
        ),
        has_more=len(items) > MOST_PIECES,
    )


def _place(session: Session, item: LibraryItem) -> str:
    if not item.regions or item.regions[0] in {"NL", "XX"}:
        return ""
    return regions.name_of(session, item.regions[0])


def used_in(session: Session) -> dict[str, list[int]]:
    """Slug to the numbers of the issues that show it."""
    return {
        slug: sorted({use.number for use in uses})
        for slug, uses in all_uses(session).items()
    }


def library_size(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(LibraryItem)) or 0
