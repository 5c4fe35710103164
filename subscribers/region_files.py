"""Reading the lists of municipalities and provinces into the tree.

The files are CSV in UTF-8, with at least ``code,name,province`` for municipalities and
``code,name`` for provinces; ``alias``, ``lat``, ``lon``, ``valid_from``, ``valid_to``
and ``successor`` may follow. Loading adds and changes; it never removes, because
readers live in regions that have ended too: give those a ``valid_to``. Days in the
future are waited for (``mergers.switch``): the list of next year may be loaded today.
"""

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.errors import SubscribersError
from subscribers.models import Region, RegionKind
from subscribers.regions import COUNTRY, OUTSIDE
from subscribers.typed import line

DATA = Path(__file__).parent / "data"
MUNICIPALITIES = DATA / "gemeenten-2026.csv"
PROVINCES = DATA / "provincies.csv"

Row = dict[str, str]


class BadRegionFile(SubscribersError):
    """The sentence names the file, the line and what is wrong there."""


def load(
    session: Session, municipalities: Path = MUNICIPALITIES, provinces: Path = PROVINCES
) -> int:
    """Bring the tree up to these files; returns how many municipalities were read.

    What begins or ends by them takes effect in ``mergers.switch``.
    """
    known = {region.code: region for region in session.scalars(select(Region))}
    _put(
        session, known, Region(code=COUNTRY, name="Nederland", kind=RegionKind.COUNTRY)
    )
    _put(
        session,
        known,
        Region(code=OUTSIDE, name="Buiten Nederland", kind=RegionKind.OUTSIDE),
    )
    for row in _rows(provinces, {"code", "name"}, r"PV\d{2}"):
        _put(session, known, _region(row, RegionKind.PROVINCE, COUNTRY))
    count = 0
    successors: list[tuple[Region, str]] = []
    for row in _rows(municipalities, {"code", "name", "province"}, r"GM\d{4}"):
        if row["province"] not in known:
            raise _wrong(municipalities, row, f"no province {row['province']!r}")
        kind = RegionKind.PLANNED if row.get("valid_from") else RegionKind.MUNICIPALITY
        region = _region(row, kind, row["province"])
        region = _put(session, known, region)
        if row.get("successor"):
            successors.append((region, row["successor"]))
        count += 1
    if not count:
        raise BadRegionFile(f"{municipalities} holds no municipality.")
    session.flush()
    for region, code in successors:
        if code not in known:
            raise BadRegionFile(
                f"{municipalities}: {region.name} is followed up by {code!r}, "
                "which is not in the file."
            )
        if known[code] is region:
            raise BadRegionFile(
                f"{municipalities}: {region.name} is followed up by itself."
            )
        region.successor_code = code
    session.flush()
    return count


def _rows(path: Path, required: set[str], code: str) -> Iterator[Row]:
    """The lines as dictionaries with their line number; checked for what we need."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = required - set(reader.fieldnames or [])
            if missing:
                raise BadRegionFile(
                    f"{path} lacks the column {', '.join(sorted(missing))}."
                )
            for cells in reader:
                row = {key: (cells[key] or "").strip() for key in cells if key}
                row["line"] = str(reader.line_num)
                if re.fullmatch(code, row["code"]) is None:
                    raise _wrong(path, row, f"{row['code']!r} is not a CBS code")
                yield row
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadRegionFile(f"{path} is not a CSV file in UTF-8: {error}.") from error


def _region(row: Row, kind: RegionKind, parent: str) -> Region:
    try:
        return Region(
            code=row["code"],
            name=line(row["name"], what="name of a region", most=100),
            kind=kind,
            parent_code=parent,
            alias=row.get("alias") or None,
            latitude=float(row["lat"]) if row.get("lat") else None,
            longitude=float(row["lon"]) if row.get("lon") else None,
            valid_from=_day(row, "valid_from"),
            valid_to=_day(row, "valid_to"),
        )
    except ValueError as error:
        raise BadRegionFile(f"Line {row['line']}, {row['code']}: {error}.") from error


def _day(row: Row, column: str) -> date | None:
    return date.fromisoformat(row[column]) if row.get(column) else None


def _put(session: Session, known: dict[str, Region], region: Region) -> Region:
    """Add the region, or bring the one we know to its values."""
    above = known[region.parent_code].path if region.parent_code else "/"
    region.path = f"{above}{region.code}/"
    if region.code not in known:
        session.add(region)
        known[region.code] = region
        return region
    old = known[region.code]
    if old.kind is not RegionKind.PLANNED and region.kind is RegionKind.PLANNED:
        region.kind = RegionKind.MUNICIPALITY  # it began long ago
    for field in _FIELDS:
        setattr(old, field, getattr(region, field))
    return old


_FIELDS = (
    "name",
    "kind",
    "parent_code",
    "path",
    "alias",
    "latitude",
    "longitude",
    "valid_from",
    "valid_to",
)


def _wrong(path: Path, row: Row, why: str) -> BadRegionFile:
    return BadRegionFile(f"{path}, line {row['line']}: {why}.")
