"""What was changed between two contents, in sentences. To add a kind, see WORDS."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsletter.issues.editions import BASE_KEY
from newsletter.workflow.content import Content


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
        "nl": "De voorvertoning is veranderd.",
        "en": "The preheader was changed.",
    },
    What.BLOCK_ADDED: {
        "nl": "Blok {name} is erbij gekomen{of}.",
        "en": "Block {name} was added{of}.",
    },
    What.BLOCK_REMOVED: {
        "nl": "Blok {name} is weg{of}.",
        "en": "Block {name} was taken out{of}.",
    },
    What.BLOCK_CHANGED: {
        "nl": "Blok {name} is veranderd{of}.",
        "en": "Block {name} was changed{of}.",
    },
    What.ORDER: {
        "nl": "De volgorde van de blokken is veranderd{of}.",
        "en": "The order of the blocks was changed{of}.",
    },
    What.RULE: {
        "nl": "Wie blok {name} ziet, is veranderd.",
        "en": "Who sees block {name} was changed.",
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
_OF_EDITION = {"nl": " in editie {}", "en": " in edition {}"}


@dataclass(frozen=True)
class Change:
    what: What
    name: str = ""  # of a block or variant its id, of an edition its key
    edition: str = BASE_KEY
    title: str = ""

    def say(self, language: str) -> str:
        language = language if language in _OF_EDITION else "nl"
        name = f"“{self.title}” ({self.name})" if self.title else self.name
        is_base = self.edition == BASE_KEY
        of = "" if is_base else _OF_EDITION[language].format(self.edition)
        return WORDS[self.what][language].format(name=name, of=of)

    @property
    def block(self) -> str:
        """The id of the block to look at; "" when it is about none."""
        about = {What.BLOCK_ADDED, What.BLOCK_CHANGED, What.RULE}
        return self.name if self.what in about else ""


def changes(before: Content, after: Content) -> tuple[Change, ...]:
    """Nothing when whoever approved ``before`` saw all that ``after`` mails.

    A variant that nobody gets any more takes nothing from what was seen.
    """
    found = tuple(_changes(before, after))
    return found or tuple(_variants(before, after))


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
        title = after.titles.get(block, "")
        if block not in old:
            yield Change(What.BLOCK_ADDED, block, key, title)
        elif old[block] != new[block]:
            yield Change(What.BLOCK_CHANGED, block, key, title)
    for block in old:
        if block not in new:
            title = before.titles.get(block, "")
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
