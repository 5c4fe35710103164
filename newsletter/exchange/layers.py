"""The two layers of a piece that came in: what its source says, and what we made of it.

The library item holds what is shown. A field is *ours* when its value is no longer the
one that stood there when source and piece were last made even.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.exchange.models import SourceItem
from newsletter.exchange.reading import SourceEntry
from newsletter.library.models import LibraryItem


@dataclass(frozen=True)
class Field:
    """One value both layers have."""

    name: str  # of the library item's column and of the source entry's field
    words: Mapping[str, str]  # what it is called

    def ours(self, item: LibraryItem) -> Any:
        value = getattr(item, self.name)
        return tuple(value) if isinstance(value, list) else value

    def theirs(self, entry: SourceEntry) -> Any:
        return getattr(entry, self.name)


FIELDS: tuple[Field, ...] = (
    Field("title", {"nl": "Titel", "en": "Title"}),
    Field("summary", {"nl": "Samenvatting", "en": "Summary"}),
    Field("body", {"nl": "Tekst", "en": "Text"}),
    Field("url", {"nl": "Webadres", "en": "Web address"}),
    Field("published_on", {"nl": "Dag", "en": "Day"}),
    Field("people", {"nl": "Mensen", "en": "People"}),
    Field("themes", {"nl": "Thema's", "en": "Themes"}),
    Field("language", {"nl": "Taal", "en": "Language"}),
)
_BY_NAME = {field.name: field for field in FIELDS}


def field_named(name: str) -> Field:
    return _BY_NAME[name]


def changed_at_source(before: SourceEntry, after: SourceEntry) -> frozenset[str]:
    """The names of the fields that differ."""
    return frozenset(
        field.name for field in FIELDS if field.theirs(before) != field.theirs(after)
    )


def prints_of(item: LibraryItem) -> dict[str, str]:
    """What our values are now, to know later which we changed."""
    return {field.name: _print(field.ours(item)) for field in FIELDS}


def changed_by_us(row: SourceItem, item: LibraryItem) -> frozenset[str]:
    """The names of the fields an editor changed since the two were even."""
    return frozenset(
        name for name, known in prints_of(item).items() if row.prints.get(name) != known
    )


def headline_of_the_source(row: SourceItem) -> str:
    return SourceEntry.of(row.source).title


def _print(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=12).hexdigest()
