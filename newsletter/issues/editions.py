"""Editions: the issue as one partner's or region's readers see it.

An edition lies over the base issue: a foreword and subject of its own and extra blocks.
It can change nothing of the base.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from newsletter.issues.blocks import Block, Foreword, Resolving, make_id, read_block
from newsletter.issues.blocks.fields import clean
from newsletter.issues.errors import BadBlock, BadEdition, unknown_field
from newsletter.issues.headings import MOST_SUBJECT
from newsletter.partners.partners import find_partner
from subscribers.errors import SubscribersError
from subscribers.segments.rules import AllOf, Rule, check_values, parse_rule

BASE_KEY = "base"
FIELDS = ("partner", "region", "audience", "foreword", "subject", "blocks")


@dataclass(frozen=True)
class Extra:
    """A block of the edition's own; ``after`` None stands at the very start."""

    after: str | None
    block: Block


@dataclass(frozen=True)
class Edition:
    key: str  # partner's slug, region's code, or "base"
    partner: str | None = None
    region: str | None = None
    audience: Mapping[str, Any] | None = None
    foreword: str | None = None  # Markdown
    subject: str | None = None
    extras: tuple[Extra, ...] = ()

    @property
    def is_base(self) -> bool:
        return self.key == BASE_KEY

    def rule(self) -> Rule:
        """Who may get it. A partner's own consent is needed whatever is asked."""
        own = {"partner": self.partner} if self.partner else {"region": self.region}
        parts = [parse_rule(own)]
        if self.audience is not None:
            parts.append(parse_rule(self.audience))
        return AllOf(tuple(parts))

    def compose(self, base: Sequence[Block]) -> list[Block]:
        """All its blocks in order: the base's with the edition's own laid over them."""
        blocks = [*base]
        last: dict[
            str | None, str
        ] = {}  # anchor -> where its latest extra stands, to keep the file's order
        for extra in self.extras:
            place = -1
            if extra.after is not None:
                place = [block.id for block in blocks].index(extra.after)
            if extra.after in last:
                place = [block.id for block in blocks].index(last[extra.after])
            blocks.insert(place + 1, extra.block)
            last[extra.after] = extra.block.id
        if self.foreword is None:
            return blocks
        for place, block in enumerate(blocks):
            if isinstance(block, Foreword) and block in base and not block.hidden:
                # For all of the edition's readers, so the base's rule goes too.
                blocks[place] = replace(block, text=self.foreword, only=None)
                return blocks
        return [Foreword(id=self.foreword_id, text=self.foreword), *blocks]

    @property
    def foreword_id(self) -> str:
        """The id of its foreword when the base has none to replace."""
        return f"foreword-{self.key.lower()}"

    def to_dict(self) -> dict[str, Any]:
        """The shape of the issue file."""
        document: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("partner", "region", "audience", "foreword", "subject")
            if getattr(self, name) is not None
        }
        if self.extras:
            document["blocks"] = [
                {"after": extra.after, "block": extra.block.to_dict()}
                for extra in self.extras
            ]
        return document

    def check_references(self, context: Resolving) -> None:
        """Raise a sentence when it names a partner, region or story there is not."""
        if self.partner:
            find_partner(context.session, self.partner)
        if self.region:
            check_values(context.session, parse_rule({"region": self.region}))
        if self.audience is not None:
            try:
                check_values(context.session, parse_rule(self.audience))
            except SubscribersError as error:
                raise BadEdition(self.key, f"audience: {error}") from error
        for extra in self.extras:
            extra.block.check_references(context)


BASE = Edition(BASE_KEY)


def read_editions(documents: object, base: Sequence[Block]) -> list[Edition]:
    """The editions of an issue file, in its order. Raises BadEdition or BadBlock."""
    if not isinstance(documents, list):
        raise BadEdition("list", 'must be a list: "editions": [...].')
    editions: list[Edition] = []
    ids = {block.id for block in base} | _named_ids(documents)
    used = {block.id for block in base}
    for place, document in enumerate(documents, start=1):
        edition = _read_edition(document, place, base, ids, used)
        if any(edition.key == known.key for known in editions):
            raise BadEdition(edition.key, "there are two of it. Make them one.")
        editions.append(edition)
    return editions


def _read_edition(
    document: object, place: int, base: Sequence[Block], ids: set[str], used: set[str]
) -> Edition:
    if not isinstance(document, dict):
        raise BadEdition(
            f"number {place}", 'must be an object with "partner" or "region".'
        )
    key = _key(document, place)
    for name in document:
        if name not in FIELDS:
            raise BadEdition(key, unknown_field(name, FIELDS))
    audience = document.get("audience")
    if audience is not None:
        try:
            parse_rule(audience)
        except SubscribersError as error:
            raise BadEdition(key, f"audience: {error}") from error
    edition = Edition(
        key=key,
        partner=key if "partner" in document else None,
        region=key if "region" in document else None,
        audience=audience,
        foreword=_text(document, "foreword", key, lines=True),
        subject=_text(document, "subject", key, lines=False),
        extras=_read_extras(document.get("blocks", []), key, base, ids, used),
    )
    if edition.foreword is not None and edition.foreword_id in used:
        raise BadBlock(edition.foreword_id, "this id is the edition's foreword's.")
    return edition


def _key(document: Mapping[str, Any], place: int) -> str:
    named = [name for name in ("partner", "region") if name in document]
    if len(named) != 1:
        raise BadEdition(f"number {place}", 'needs either "partner" or "region".')
    value = document[named[0]]
    if not isinstance(value, str) or not value.strip():
        raise BadEdition(f"number {place}", f"{named[0]} must be text, not {value!r}.")
    try:
        key = clean(value, lines=False)
    except ValueError as error:
        raise BadEdition(f"number {place}", f"{named[0]} {error}") from None
    if named[0] == "region":
        key = key.upper()
    if key == BASE_KEY:
        raise BadEdition(key, "is the name of the issue itself.")
    return key


def _text(
    document: Mapping[str, Any], name: str, key: str, *, lines: bool
) -> str | None:
    value = document.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadEdition(key, f"{name} must be text, not {value!r}.")
    try:
        text = clean(value, lines=lines)
    except ValueError as error:
        raise BadEdition(key, f"{name} {error}") from None
    if name == "subject" and len(text) > MOST_SUBJECT:
        raise BadEdition(
            key, f"subject has {len(text)} characters; {MOST_SUBJECT} is the most."
        )
    return text or None


def _read_extras(
    documents: object, key: str, base: Sequence[Block], ids: set[str], used: set[str]
) -> tuple[Extra, ...]:
    if not isinstance(documents, list):
        raise BadEdition(
            key, 'blocks must be a list of {"after": ..., "block": {...}}.'
        )
    extras: list[Extra] = []
    known = [block.id for block in base]
    for document in documents:
        if not isinstance(document, dict) or set(document) - {"after", "block"}:
            raise BadEdition(
                key, 'an extra block is {"after": id or null, "block": {...}}.'
            )
        after = document.get("after")
        if after is not None and after not in known:
            raise BadEdition(
                key,
                f"there is no block {after!r} to stand after. Use: {', '.join(known)}.",
            )
        inner = document.get("block")
        kind = inner.get("kind") if isinstance(inner, dict) else None
        block = read_block(inner, block_id=make_id(str(kind), ids))
        if block.id in used:
            raise BadBlock(block.id, "two blocks have this id. Give one another id.")
        ids.add(block.id)
        used.add(block.id)
        known.append(block.id)
        extras.append(Extra(after, block))
    return tuple(extras)


def _named_ids(documents: Sequence[object]) -> set[str]:
    """Every id an edition's block asks for, so that none is made twice."""
    return {
        extra["block"]["id"]
        for document in documents
        if isinstance(document, dict) and isinstance(document.get("blocks"), list)
        for extra in document["blocks"]
        if isinstance(extra, dict)
        and isinstance(extra.get("block"), dict)
        and isinstance(extra["block"].get("id"), str)
    }
