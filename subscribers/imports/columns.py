"""Which column holds what: guessed from its name, or told by ``--map``.

To recognise another system's export, add one ``Format`` to ``FORMATS``. Names are
compared without case, accents and punctuation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from subscribers.errors import SubscribersError
from subscribers.imports.errors import BadFile
from subscribers.typed import fold, shown

# What we keep, in the words of our own export; then the parts others keep it in.
OWN = (
    "email",
    "name",
    "region",
    "roles",
    "partners",
    "language",
    "status",
    "joined_at",
)
PARTS = ("first_name", "infix", "last_name", "left_at", "bounced_at")
FIELDS = (*OWN, *PARTS)


class BadMapping(SubscribersError):
    """What ``--map`` says cannot be followed."""


@dataclass(frozen=True)
class Format:
    """One system's export: its columns per field, the better one first."""

    name: str
    columns: Mapping[str, tuple[str, ...]]
    # Columns it is known by, though nothing in them is ours to keep.
    marks: frozenset[str] = frozenset()

    def knows(self, header: Sequence[str]) -> int:
        names = {name for names in self.columns.values() for name in names}
        return sum(name in names or name in self.marks for name in header)


FORMATS = (
    Format("Buurtpost", {field: (fold(field),) for field in OWN}),
    Format(
        "Laposta",
        {
            "email": ("emailadres", "email"),
            "first_name": ("voornaam",),
            "infix": ("tussenvoegsel",),
            "last_name": ("achternaam",),
            "status": ("status", "state"),
            "joined_at": ("aanmelddatum", "datumaanmelding", "signupdate"),
            "left_at": ("afmelddatum", "uitschrijfdatum", "datumafmelding"),
        },
        frozenset({"relatieid", "memberid", "aanmeldip", "aanmeldbron", "sourceurl"}),
    ),
    Format(
        "Mailchimp",
        {
            "email": ("emailaddress",),
            "first_name": ("firstname",),
            "last_name": ("lastname",),
            "joined_at": ("confirmtime", "optintime"),
            "left_at": ("unsubtime",),
            "bounced_at": ("cleantime",),
        },
        frozenset(
            {"memberrating", "optinip", "confirmip", "lastchanged", "leid", "euid"}
        ),
    ),
    Format(
        "Spotler",
        {
            "email": ("email", "emailadres"),
            "first_name": ("firstname", "voornaam"),
            "infix": ("infix", "tussenvoegsel"),
            "last_name": ("lastname", "achternaam"),
            "language": ("language", "taal"),
            "joined_at": ("created", "aangemaaktop"),
        },
        frozenset({"externalid", "externid", "permissions", "permissies", "initials"}),
    ),
    Format(
        "listmonk",
        {
            "email": ("email",),
            "name": ("name",),
            "status": ("status",),
            "joined_at": ("createdat",),
        },
        frozenset({"uuid", "attributes", "updatedat"}),
    ),
)

# What people call their columns themselves. A place of residence is not here: it is
# rarely the name of a municipality.
EVERYDAY = Format(
    "plain",
    {
        "email": ("email", "emailadres", "emailaddress", "mailadres", "mail"),
        "name": ("name", "naam", "fullname", "volledigenaam"),
        "region": ("region", "regio", "gemeente", "municipality", "streek"),
        "roles": ("roles", "rollen", "role", "rol"),
        "partners": ("partners", "partner"),
        "language": ("language", "taal"),
        "status": ("status",),
        "joined_at": ("joinedat", "aangemeldop", "aanmelddatum", "inschrijfdatum"),
        "first_name": ("firstname", "voornaam"),
        "infix": ("tussenvoegsel", "infix"),
        "last_name": ("lastname", "achternaam"),
    },
)


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
    best = max(FORMATS, key=lambda known: known.knows(folded))
    if not best.knows(folded):
        best = EVERYDAY
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
