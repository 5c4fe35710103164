"""Which column holds what: guessed from its name, or told by ``--map``.

Names are compared without case, accents and punctuation.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from subscribers.errors import SubscribersError
from subscribers.imports.errors import BadFile
from subscribers.imports.formats import EVERYDAY, FIELDS, Format, whose
from subscribers.typed import fold, shown

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class BadMapping(SubscribersError):
    """What ``--map`` says cannot be followed."""


@dataclass(frozen=True)
class Columns:
    """Where each field stands in a record, and what was left unused."""

    format: str  # whose export it looks like
    header: Sequence[str]
    places: Mapping[str, int]

    def name_of(self, field: str) -> str:
        return self.header[self.places[field]]

    @property
    def unused(self) -> list[str]:
        used = set(self.places.values())
        return [name for place, name in enumerate(self.header) if place not in used]


def guess(header: Sequence[str], mapping: Mapping[str, str]) -> Columns:
    """Find the columns, or raise BadFile. ``mapping``: our field -> their column.

    A field mapped to nothing ("region=") is left unread.
    """
    folded = [fold(name) for name in header]
    best = whose(folded)
    places = {
        field: place
        for field in FIELDS
        if field not in mapping and (place := _place(best, field, folded)) is not None
    }
    for field, name in mapping.items():
        if field not in FIELDS:
            raise BadMapping(
                f"There is no field {shown(field)} to map to. "
                f"Use one of: {', '.join(FIELDS)}."
            )
        if name:
            places[field] = _mapped(name, header, folded)
    if "email" not in places:
        if any(map(_ADDRESS.fullmatch, header)):
            raise BadFile(
                "The first line is a reader: the file has no header. Put one above it, "
                "such as email,name."
            )
        raise BadFile(
            f"There is no column for email among {_listed(header)}. "
            "Say which it is with --map email=COLUMN."
        )
    for place in places.values():
        if folded.count(folded[place]) > 1:
            raise BadFile(
                f"The column {shown(header[place])} stands in the header more than "
                "once. Rename one of them."
            )
    return Columns(best.name, header, places)


def parse_mapping(texts: Sequence[str]) -> dict[str, str]:
    """``email=E-mailadres,name=Naam`` as a mapping, or raise BadMapping."""
    mapping: dict[str, str] = {}
    for pair in (pair for text in texts for pair in text.split(",") if pair.strip()):
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not field:
            raise BadMapping(
                f"--map {shown(pair.strip())} cannot be followed. "
                "Write it as email=E-mailadres,name=Naam."
            )
        if field in mapping:
            raise BadMapping(f"--map names the field {shown(field)} twice.")
        mapping[field] = column
    return mapping


def _place(best: Format, field: str, folded: Sequence[str]) -> int | None:
    for known in (best, EVERYDAY):
        for name in known.columns.get(field, ()):
            if name in folded:
                return folded.index(name)
    return None


def _mapped(name: str, header: Sequence[str], folded: Sequence[str]) -> int:
    if name in header:
        return list(header).index(name)
    if fold(name) in folded:
        return list(folded).index(fold(name))
    raise BadMapping(f"There is no column {shown(name)} among {_listed(header)}.")


def _listed(header: Sequence[str]) -> str:
    named = ", ".join(shown(name) for name in header[:8])
    more = f" and {len(header) - 8:,} more" if len(header) > 8 else ""
    return (named or "none") + more
