"""What an approval is bound to: all that would be mailed, and to whom, by part.

By part, so that a void approval can say what was changed: which block, version,
edition or audience. See docs/decisions for what is left out: the day of sending, and
how many readers there are.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.issues.called import words_of
from newsletter.issues.composition import Composition
from newsletter.issues.editions import BASE_KEY, Edition
from newsletter.issues.models import Issue
from newsletter.issues.variants import PlannedVariant, edition_name, plan_variants
from newsletter.production.produce import produce, resolve
from newsletter.settings import Settings

# The mail says in which month it went out; nobody looks again because of that.
_ANY_DAY = date(2000, 1, 1)

Named = Mapping[str, str]


@dataclass(frozen=True)
class Content:
    """Hashes and rules; nothing in it is read back but to compare."""

    mailing_list: str  # its slug
    subjects: Named  # by edition
    preheader: str
    # Edition and who may get it, in the order that decides who gets which.
    audience: tuple[tuple[str, str], ...]
    rules: Named  # block id: who sees it, where not everybody does
    blocks: Mapping[str, Named]  # by edition, in order: block id and its hash
    frames: Named  # by edition: sender, brand and what stands around the blocks
    variants: Named  # key: hash of all that is mailed
    titles: Named  # what blocks and variants are called; not compared
    # Not compared either; older approvals have none.
    kinds: Named = field(default_factory=dict)  # of each block
    editions: Named = field(default_factory=dict)  # what each is called

    @property
    def sha256(self) -> str:
        document = self.to_document()
        for name in ("titles", "kinds", "editions"):
            del document[name]
        return _hash(document)

    def to_document(self) -> dict[str, Any]:
        document = dataclasses.asdict(self)
        # JSON objects have no order, and the order of blocks is content.
        document["blocks"] = {
            edition: [list(pair) for pair in blocks.items()]
            for edition, blocks in self.blocks.items()
        }
        document["audience"] = [list(pair) for pair in self.audience]
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Content":
        values = dict(document)
        values["blocks"] = {
            edition: dict(blocks) for edition, blocks in document["blocks"].items()
        }
        values["audience"] = tuple(
            (edition, rule) for edition, rule in document["audience"]
        )
        return cls(**values)


@dataclass(frozen=True)
class Made:
    """An issue's content now, and the variants its readers would get."""

    content: Content
    planned: tuple[PlannedVariant, ...]

    @property
    def readers(self) -> int:
        return sum(variant.readers for variant in self.planned)


def content_of(
    session: Session, settings: Settings, issue: Issue, *, now: datetime
) -> Made:
    """Render everything once. Raises the sentence of what cannot be rendered."""
    today = now.astimezone(settings.timezone).date()
    planned = plan_variants(
        session, issue, today=today, zone=settings.timezone, language=issue.language
    )
    composition = Composition.of(issue)
    titles = {variant.key: variant.say for variant in planned}
    kinds: dict[str, str] = {}
    blocks: dict[str, Named] = {}
    frames: dict[str, str] = {}
    for edition in composition.all_editions:
        frame, values = resolve(
            session, settings, issue, _whole(composition, edition), day=_ANY_DAY
        )
        shown = composition.visible_of(edition.key)
        words = words_of(session, shown)
        titles |= words if edition.is_base else _of_edition(edition, words)
        kinds |= {block.id: block.kind for block in shown}
        blocks[edition.key] = {value.id: _hash(value) for value in values}
        frames[edition.key] = _hash(
            dataclasses.replace(frame, subject="", preheader="")
        )
    content = Content(
        mailing_list=issue.mailing_list.slug,
        subjects={
            edition.key: edition.subject or issue.subject
            for edition in composition.all_editions
        },
        preheader=issue.preheader,
        audience=tuple(
            (edition.key, _json(edition.audience)) for edition in composition.editions
        ),
        rules={
            block.id: _json(block.only)
            for block in composition.every_block()
            if block.only is not None
        },
        blocks=blocks,
        frames=frames,
        variants={
            variant.key: produce(session, settings, issue, variant, day=_ANY_DAY).sha256
            for variant in planned
        },
        titles=titles,
        kinds=kinds,
        editions={
            edition.key: edition_name(session, edition)
            for edition in composition.editions
        },
    )
    return Made(content, tuple(planned))


def _of_edition(edition: Edition, words: Named) -> Named:
    return {title_key(edition.key, block): said for block, said in words.items()}


def title_key(edition: str, block: str) -> str:
    """Where the title of an edition's block stands: it may say it in its own words."""
    return block if edition == BASE_KEY else f"{edition}/{block}"


def _whole(composition: Composition, edition: Edition) -> PlannedVariant:
    """The edition with every block of it, whoever may see them."""
    ids = [block.id for block in composition.visible_of(edition.key)]
    return PlannedVariant(edition.key, edition.key, "", ids, readers=0, say="")


def _hash(value: object) -> str:
    return hashlib.sha256(_json(value).encode()).hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=_plain, ensure_ascii=False)


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, date):  # and datetime
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no content.")
