"""Merge templates: what is the same for everyone, cut around what is not.

A *slot* is a place for one reader's own value. In rendered text it stands as a
marker; ``MergeTemplate.cut`` splits the text at the markers once, and ``fill`` joins
it again per reader, escaping each value for where it lands.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Slot(StrEnum):
    """What differs per reader."""

    NAME = "name"  # the reader's name, or the fallback ("lezer")
    LEAVE_URL = "leave-url"  # page with the unsubscribe button
    PREFERENCES_URL = "preferences-url"
    SINCE = "since"  # the day of the consent, in words: "3 mei 2026"


# ASCII and legal in a URL, so that neither MJML, lxml nor a browser touches it.
_MARKER = re.compile(r"buurtpost-slot-([a-z-]+?)-end")


def marker(slot: Slot) -> str:
    """The text that stands for a slot in rendered mail."""
    return f"buurtpost-slot-{slot.value}-end"


def without_markers(text: str) -> str:
    """Text from outside, unable to pose as a slot."""
    return _MARKER.sub(lambda match: match[0].replace("-slot-", "-slot\u2011"), text)


def in_html(value: str) -> str:
    return html.escape(value, quote=True)


def as_is(value: str) -> str:
    return value


@dataclass(frozen=True)
class MergeTemplate:
    """Constant pieces with slots between them: ``len(pieces) == len(slots) + 1``."""

    pieces: tuple[str, ...]
    slots: tuple[Slot, ...]
    escape: Callable[[str], str]

    @classmethod
    def cut(cls, text: str, *, escape: Callable[[str], str]) -> "MergeTemplate":
        parts = _MARKER.split(text)
        return cls(
            pieces=tuple(parts[0::2]),
            slots=tuple(Slot(name) for name in parts[1::2]),
            escape=escape,
        )

    def fill(self, values: Mapping[Slot, str]) -> str:
        """The text for one reader. Raises KeyError when a used slot has no value."""
        parts = [self.pieces[0]]
        for slot, piece in zip(self.slots, self.pieces[1:], strict=True):
            parts.append(self.escape(values[slot]))
            parts.append(piece)
        return "".join(parts)
