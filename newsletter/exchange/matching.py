"""Which entry of a document is which piece we know: values in, values out.

A GUID should be enough and is not: some feeds give every entry the same one, some give
an old one to a new piece, some make new ones for old pieces.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from newsletter.exchange.prints import sentences_of
from newsletter.exchange.reading import SourceEntry

_SAME_SHARE = 0.3


@dataclass(frozen=True)
class Known:
    """An entry of an earlier document."""

    id: int
    key: str
    entry: SourceEntry
    position: int | None  # in the last document; None: out of its view
    is_gone: bool


@dataclass(frozen=True)
class Found:
    """An entry of this document and what we know it as; None: it is new."""

    entry: SourceEntry
    position: int
    key: str
    known: Known | None
    reused_guid: bool = False  # its GUID belongs to another piece


@dataclass(frozen=True)
class Matched:
    found: tuple[Found, ...]
    gone: tuple[Known, ...]  # taken out: older pieces are still there
    doubtful: tuple[Known, ...]  # the feed became shorter: at its end
    out_of_view: tuple[Known, ...]  # pushed out at the end by new ones


def match(
    entries: Sequence[SourceEntry],
    known: Iterable[Known],
    *,
    withdrawn: frozenset[str] = frozenset(),
) -> Matched:
    """Nothing here decides on absence alone when the document is empty."""
    left = _Left(list(known))
    guids = Counter(entry.guid for entry in entries)
    urls = Counter(entry.url for entry in entries if entry.url)
    taken_keys = {one.key for one in left.all}
    found = []
    for position, entry in enumerate(entries):
        one = left.take(entry, unique=guids[entry.guid] == 1, urls=urls)
        reused = one is None and left.has_guid(entry.guid)
        key = one.key if one else _free_key(entry, taken_keys)
        taken_keys.add(key)
        found.append(Found(entry, position, key, one, reused))
    said = {one.id for one in left.rest if one.entry.guid in withdrawn}
    in_view = [one for one in left.rest if one.position is not None and not one.is_gone]
    gone, at_end = [], []
    last = max((one.known.position or 0 for one in found if one.known), default=-1)
    for one in sorted(in_view, key=lambda one: one.position or 0):
        if one.id in said or (one.position is not None and one.position < last):
            gone.append(one)
        else:
            at_end.append(one)
    gone += [one for one in left.rest if one.id in said and one not in gone]
    if not entries:
        return Matched((), tuple(one for one in gone if one.id in said), (), ())
    pushed = sum(one.known is None for one in found)
    stays = max(0, len(at_end) - pushed)
    return Matched(
        tuple(found), tuple(gone), tuple(at_end[:stays]), tuple(at_end[stays:])
    )


@dataclass
class _Left:
    """What no entry of this document has claimed yet."""

    all: list[Known]
    _by_guid: dict[str, list[Known]] = field(init=False)
    _by_url: dict[str, list[Known]] = field(init=False)
    _used: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._by_guid, self._by_url = {}, {}
        for one in self.all:
            self._by_guid.setdefault(one.entry.guid, []).append(one)
            if one.entry.url:
                self._by_url.setdefault(one.entry.url, []).append(one)

    @property
    def rest(self) -> list[Known]:
        return [one for one in self.all if one.id not in self._used]

    def has_guid(self, guid: str) -> bool:
        return guid in self._by_guid

    def take(
        self, entry: SourceEntry, *, unique: bool, urls: Counter[str]
    ) -> Known | None:
        same_guid = self._free(self._by_guid.get(entry.guid, ()))
        one = (
            next((k for k in same_guid if _says_the_same(k.entry, entry)), None)
            or (self._only(same_guid, entry) if unique else None)
            or (None if same_guid else self._by_its_address(entry, urls))
        )
        if one:
            self._used.add(one.id)
        return one

    def _free(self, known: Iterable[Known]) -> list[Known]:
        return [one for one in known if one.id not in self._used]

    @staticmethod
    def _only(same_guid: list[Known], entry: SourceEntry) -> Known | None:
        """One piece has the GUID and everything of it changed: is it still the same?"""
        if len(same_guid) != 1:
            return None
        return same_guid[0] if _shares_words(same_guid[0].entry, entry) else None

    def _by_its_address(self, entry: SourceEntry, urls: Counter[str]) -> Known | None:
        """A feed that made new GUIDs for the pieces it had."""
        if not entry.url or urls[entry.url] != 1:
            return None
        known = self._by_url.get(entry.url, [])
        return known[0] if len(known) == 1 and self._free(known) else None


def _says_the_same(before: SourceEntry, after: SourceEntry) -> bool:
    """Its address or its title stayed."""
    return (before.url is not None and before.url == after.url) or (
        before.title == after.title
    )


def _shares_words(before: SourceEntry, after: SourceEntry) -> bool:
    ours = sentences_of(before.summary, before.body)
    theirs = sentences_of(after.summary, after.body)
    return len(ours & theirs) > _SAME_SHARE * min(len(ours), len(theirs))


def _free_key(entry: SourceEntry, taken: set[str]) -> str:
    """The GUID, or with something of the piece behind it when that is taken."""
    if entry.guid not in taken:
        return entry.guid
    about = f"{entry.url}\n{entry.title}".encode("utf-8", "replace")
    wanted = f"{entry.guid}#{hashlib.blake2b(about, digest_size=8).hexdigest()}"
    key, number = wanted, 2
    while key in taken:
        key, number = f"{wanted}-{number}", number + 1
    return key
