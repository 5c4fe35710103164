"""What was changed between two contents, in sentences. To add a kind, see WORDS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from newsletter.issues.called import called, is_known
from newsletter.issues.editions import BASE_KEY
from newsletter.workflow.content import Content, title_key


class What(StrEnum):
    LIST = "list"
    SUBJECT = "subject"
    PREHEADER = "preheader"
    BLOCK_ADDED = "block added"
    BLOCK_REMOVED = "block removed"
    BLOCK_CHANGED = "block changed"
    ORDER = "order"
    RULE = "rule"
    EDITION_ADDED = "edition added"
    EDITION_REMOVED = "edition removed"
    AUDIENCE = "audience"
    EDITION_ORDER = "edition order"
    FRAME = "frame"
    VARIANT_ADDED = "variant added"
    VARIANT_CHANGED = "variant changed"


WORDS: Mapping[What, Mapping[str, str]] = {
    What.LIST: {
        "nl": "Het gaat naar een andere lijst.",
        "en": "It goes to another list.",
    },
    What.SUBJECT: {
        "nl": "Het onderwerp is veranderd{of}.",
        "en": "The subject was changed{of}.",
    },
    What.PREHEADER: {
        "nl": "De regel achter het onderwerp is veranderd.",
        "en": "The line behind the subject was changed.",
    },
    What.BLOCK_ADDED: {
        "nl": "{name} is erbij gekomen{of}.",
        "en": "{name} was added{of}.",
    },
    What.BLOCK_REMOVED: {
        "nl": "{name} is weg{of}.",
        "en": "{name} was taken out{of}.",
    },
    What.BLOCK_CHANGED: {
        "nl": "{name} is veranderd{of}.",
        "en": "{name} was changed{of}.",
    },
    What.ORDER: {
        "nl": "De volgorde van de blokken is veranderd{of}.",
        "en": "The order of the blocks was changed{of}.",
    },
    What.RULE: {
        "nl": "Wie {name} ziet, is veranderd.",
        "en": "Who sees {name} was changed.",
    },
    What.EDITION_ADDED: {
        "nl": "Editie {name} is erbij gekomen.",
        "en": "Edition {name} was added.",
    },
    What.EDITION_REMOVED: {
        "nl": "Editie {name} is weg.",
        "en": "Edition {name} was taken out.",
    },
    What.AUDIENCE: {
        "nl": "Wie editie {name} krijgt, is veranderd.",
        "en": "The audience of edition {name} was changed.",
    },
    What.EDITION_ORDER: {
        "nl": "De volgorde van de edities is veranderd: die bepaalt wie welke krijgt.",
        "en": "The order of the editions was changed: it decides who gets which.",
    },
    What.FRAME: {
        "nl": "De afzender of de vormgeving is veranderd{of}.",
        "en": "The sender or the look was changed{of}.",
    },
    What.VARIANT_ADDED: {
        "nl": "Er is een versie bij die niemand zag: {name}.",
        "en": "There is a version nobody looked at: {name}.",
    },
    What.VARIANT_CHANGED: {
        "nl": "Versie {name} ziet er anders uit.",
        "en": "Version {name} looks different.",
    },
}
_OF_EDITIONS = frozenset({What.EDITION_ADDED, What.EDITION_REMOVED, What.AUDIENCE})
_OF_BLOCKS = frozenset(
    {What.BLOCK_ADDED, What.BLOCK_REMOVED, What.BLOCK_CHANGED, What.RULE}
)
_OF_EDITION = {"nl": " in editie {}", "en": " in edition {}"}


@dataclass(frozen=True)
class Change:
    what: What
    name: str = ""  # of a block or variant its id, of an edition its key
    edition: str = BASE_KEY
    title: str = ""  # of an edition its name
    kind: str = ""  # of a block
    edition_name: str = ""

    def say(self, language: str, *, with_id: bool = False) -> str:
        """For people; for who types commands with the id these take."""
        language = language if language in _OF_EDITION else "nl"
        is_base = self.edition == BASE_KEY
        edition = self.edition_name or self.edition
        name = self._called(language)
        if with_id and name != self.name:
            name += f" ({self.name})"
        return WORDS[self.what][language].format(
            name=name,
            of="" if is_base else _OF_EDITION[language].format(edition),
        )

    def _called(self, language: str) -> str:
        if self.what in _OF_EDITIONS:
            return self.title or self.name
        if is_known(self.kind):
            return called(self.kind, self.title, language)
        return f"“{self.title}”" if self.title else self.name

    @property
    def block(self) -> str:
        """The id of the block to look at; "" when it is about none."""
        about = {What.BLOCK_ADDED, What.BLOCK_CHANGED, What.RULE}
        return self.name if self.what in about else ""


def changes(before: Content, after: Content) -> tuple[Change, ...]:
    """Nothing when whoever approved ``before`` saw all that ``after`` mails.

    A variant that nobody gets any more takes nothing from what was seen.
    """
    found = tuple(_changes(before, after)) or tuple(_variants(before, after))
    return tuple(_with_names(one, before, after) for one in found)


def _with_names(change: Change, before: Content, after: Content) -> Change:
    editions = {**before.editions, **after.editions}
    named = replace(change, edition_name=editions.get(change.edition, ""))
    if change.what in _OF_EDITIONS:
        return replace(named, title=editions.get(change.name, ""))
    if change.what in _OF_BLOCKS:
        kind = {**before.kinds, **after.kinds}.get(change.name, "")
        return replace(named, kind=kind)
    return named


def _changes(before: Content, after: Content) -> Iterator[Change]:
    if before.mailing_list != after.mailing_list:
        yield Change(What.LIST)
    if before.preheader != after.preheader:
        yield Change(What.PREHEADER)
    yield from _audience(before, after)
    of_base = list(_edition(before, after, BASE_KEY))
    yield from of_base
    known = {(one.what, one.name) for one in of_base}
    for key in after.blocks:
        if key == BASE_KEY or key not in before.blocks:
            continue
        for change in _edition(before, after, key):
            # What was changed in the base shows in every edition.
            if (change.what, change.name) not in known:
                yield change
    for block in {**before.rules, **after.rules}:
        there = block in before.rules and block in after.rules
        stays = any(block in blocks for blocks in before.blocks.values()) and any(
            block in blocks for blocks in after.blocks.values()
        )
        if (there or stays) and before.rules.get(block) != after.rules.get(block):
            yield Change(What.RULE, block, title=after.titles.get(block, ""))


def _audience(before: Content, after: Content) -> Iterator[Change]:
    old, new = dict(before.audience), dict(after.audience)
    for key in new:
        if key not in old:
            yield Change(What.EDITION_ADDED, key)
        elif old[key] != new[key]:
            yield Change(What.AUDIENCE, key)
    for key in old:
        if key not in new:
            yield Change(What.EDITION_REMOVED, key)
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield Change(What.EDITION_ORDER)


def _edition(before: Content, after: Content, key: str) -> Iterator[Change]:
    if before.subjects[key] != after.subjects[key]:
        yield Change(What.SUBJECT, edition=key)
    if before.frames[key] != after.frames[key]:
        yield Change(What.FRAME, edition=key)
    old, new = before.blocks[key], after.blocks[key]
    for block in new:
        title = after.titles.get(title_key(key, block), "")
        if block not in old:
            yield Change(What.BLOCK_ADDED, block, key, title)
        elif old[block] != new[block]:
            yield Change(What.BLOCK_CHANGED, block, key, title)
    for block in old:
        if block not in new:
            title = before.titles.get(title_key(key, block), "")
            yield Change(What.BLOCK_REMOVED, block, key, title)
    if [one for one in old if one in new] != [one for one in new if one in old]:
        yield Change(What.ORDER, edition=key)


def _variants(before: Content, after: Content) -> Iterator[Change]:
    for key, sha256 in after.variants.items():
        title = after.titles.get(key, "")
        if key not in before.variants:
            yield Change(What.VARIANT_ADDED, key, title=title)
        elif before.variants[key] != sha256:
            yield Change(What.VARIANT_CHANGED, key, title=title)
