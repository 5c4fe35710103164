"""The tree of regions: country > province > municipality, by CBS code.

A code belongs to a name: a municipality that is renamed gets a new code. What no
longer exists keeps its row with ``valid_to`` and a successor (``mergers``), and whoever
names it means the successor.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.errors import SubscribersError
from subscribers.models import Region, RegionKind
from subscribers.typed import fold, shown

COUNTRY = "NL"
OUTSIDE = "XX"
_PROVINCE = re.compile(r"(?:de )?prov(?:incie|ince|\.)\s+(.+)|(.+) \(provincie\)", re.I)
_MUNICIPALITY = re.compile(r"(?:de )?(?:gemeente|gem\.)\s+(.+)", re.I)
_LONGEST = 100  # characters; more is no name, and would be slow to look at
_SUFFIX = re.compile(r"\s*\([^()]*\)\s*$")  # Hengelo (O.), Beek (L.)
_COUNTRY = {"nl": COUNTRY, "nederland": COUNTRY, "netherlands": COUNTRY}
_OUTSIDE = dict.fromkeys(
    ("xx", "buitenland", "buitennederland", "outsidethenetherlands", "abroad"), OUTSIDE
)


class NamedRegion(NamedTuple):
    """A region as people name it; where it lies on the map is not asked for."""

    code: str
    name: str
    kind: RegionKind
    path: str = ""  # a subtree is a prefix
    alias: str | None = None
    successor_code: str | None = None


class UnknownRegion(SubscribersError):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"There is no region {shown(text)}. Write the name of a municipality, "
            "'provincie' with its name, or a CBS code such as GM0363."
        )


class AmbiguousRegion(SubscribersError):
    def __init__(self, text: str, regions: Iterable[NamedRegion]) -> None:
        both = " or ".join(f"{region.name} ({region.code})" for region in regions)
        super().__init__(f"The region {shown(text)} can be {both}. Write which one.")


# Of names of regions, the same few hundred at every form: half of its time.
_folded = lru_cache(maxsize=4096)(fold)


@dataclass(frozen=True)
class Gazetteer:
    """All regions at hand, for whoever looks up many names."""

    regions: dict[str, NamedRegion]
    # By folded name, alias, bare name; those that ended lead to their successor.
    municipalities: dict[str, list[NamedRegion]]
    provinces: dict[str, list[NamedRegion]]

    def find(self, text: str) -> NamedRegion:
        """By code, name, alias or "provincie X"; a bare name is the municipality."""
        text = text.strip()
        if len(text) > _LONGEST:
            raise UnknownRegion(text)
        folded = fold(text)
        code = (_COUNTRY | _OUTSIDE).get(folded, text.upper())
        if code in self.regions:
            return self._now(self.regions[code])
        if match := _PROVINCE.fullmatch(text):
            found = self.provinces.get(fold(match[1] or match[2]), [])
        elif match := _MUNICIPALITY.fullmatch(text):
            found = self._municipality(match[1])
        else:
            found = self._municipality(text) or self.provinces.get(folded, [])
        if not found:
            raise UnknownRegion(text)
        if len(found) > 1:
            raise AmbiguousRegion(text, found)
        return self._now(found[0])

    def _now(self, region: NamedRegion) -> NamedRegion:
        """Itself, or what it became part of."""
        return (
            self.regions.get(region.successor_code or "", region)
            if (region.kind is RegionKind.FORMER)
            else region
        )

    def _municipality(self, text: str) -> list[NamedRegion]:
        return self.municipalities.get(fold(text)) or self.municipalities.get(
            fold(_SUFFIX.sub("", text)), []
        )

    def search(self, text: str, limit: int = 8) -> list[NamedRegion]:
        """What somebody typing may mean: names that begin so, then that contain it."""
        wanted = fold(text)
        if not wanted:
            return []
        ranked = [
            (rank, region.kind != RegionKind.MUNICIPALITY, region.name, region)
            for region in self.regions.values()
            if region.kind in {RegionKind.MUNICIPALITY, RegionKind.PROVINCE}
            and (rank := _rank(region, wanted)) is not None
        ]
        ranked.sort(key=lambda entry: entry[:3])
        return [entry[3] for entry in ranked[:limit]]

    @cached_property
    def provinces_by_name(self) -> tuple[NamedRegion, ...]:
        return self._by_name(RegionKind.PROVINCE)

    @cached_property
    def municipalities_by_name(self) -> tuple[NamedRegion, ...]:
        return self._by_name(RegionKind.MUNICIPALITY)

    def _by_name(self, kind: RegionKind) -> tuple[NamedRegion, ...]:
        """The article 's- does not count."""
        found = [region for region in self.regions.values() if region.kind is kind]
        found.sort(key=lambda region: _folded(region.name.removeprefix("'s-")))
        return tuple(found)


def _rank(region: NamedRegion, wanted: str) -> int | None:
    names = [_folded(name) for name in _names(region)]
    if wanted in names:
        return 0
    if any(name.startswith(wanted) for name in names):
        return 1
    return 2 if any(wanted in name for name in names) else None


def _names(region: NamedRegion) -> list[str]:
    """What a region is called; without the article 's- too: 's-Gravenhage."""
    names = [region.name, _SUFFIX.sub("", region.name), *_aliases(region)]
    return [*names, *(name[3:] for name in names if name.startswith("'s-"))]


def _aliases(region: NamedRegion) -> list[str]:
    return [part.strip() for part in (region.alias or "").split("|") if part.strip()]


def gazetteer(session: Session) -> Gazetteer:
    """All regions; one query, and the same answer again while it gives the same rows.

    They are read each time: another process may load newer ones at any moment.
    """
    rows = session.execute(
        select(
            Region.code,
            Region.name,
            Region.kind,
            Region.path,
            Region.alias,
            Region.successor_code,
        ).order_by(Region.code)
    )
    return _gazetteer(tuple(map(NamedRegion._make, rows)))


# Sorting and folding three hundred names was half of the time of every form.
@lru_cache(maxsize=2)
def _gazetteer(rows: tuple[NamedRegion, ...]) -> Gazetteer:
    by_kind: dict[RegionKind, dict[str, list[NamedRegion]]] = {
        kind: defaultdict(list) for kind in RegionKind
    }
    regions = {region.code: region for region in rows}
    for region in rows:
        for name in {_folded(name) for name in _names(region)}:
            by_kind[region.kind][name].append(region)
    municipalities = dict(by_kind[RegionKind.MUNICIPALITY])
    for name, ended in by_kind[RegionKind.FORMER].items():
        # A name that is in use means who uses it.
        municipalities.setdefault(
            name,
            list({one.successor_code or one.code: one for one in ended}.values()),
        )
    return Gazetteer(regions, municipalities, dict(by_kind[RegionKind.PROVINCE]))


def find(session: Session, text: str) -> NamedRegion:
    """The region somebody means, or raise UnknownRegion or AmbiguousRegion."""
    return gazetteer(session).find(text)


def search(session: Session, text: str, limit: int = 8) -> list[NamedRegion]:
    return gazetteer(session).search(text, limit)


def today(session: Session, code: str | None) -> str | None:
    """The code that people of this one have by now."""
    region = session.get(Region, code) if code else None
    if region is None or region.kind is not RegionKind.FORMER:
        return code
    return region.successor_code or code


def name_of(session: Session, code: str) -> str:
    """What to call a region; a code we do not know is its own name."""
    return session.scalar(select(Region.name).where(Region.code == code)) or code


def names_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """The same for several, in one query."""
    wanted = set(codes)
    known = select(Region.code, Region.name).where(Region.code.in_(wanted))
    names = {code: code for code in wanted}
    names.update((code, name) for code, name in session.execute(known))
    return names


def provinces(session: Session) -> Sequence[NamedRegion]:
    """The twelve, by name: the first question of a form."""
    return gazetteer(session).provinces_by_name


def municipalities(session: Session) -> Sequence[NamedRegion]:
    """All that exist today, by name; the article 's- does not count."""
    return gazetteer(session).municipalities_by_name
