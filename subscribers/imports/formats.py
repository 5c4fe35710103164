"""How other systems write their readers, to take them in and to give ours out.

To know another system, add one ``Format`` to ``FORMATS``: the import recognises it and
``subscribers export --shape`` writes it. Names of columns are compared folded: without
case, accents and punctuation.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from subscribers.imports.statuses import RowStatus
from subscribers.typed import fold

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
    "frequency",
)
PARTS = (
    "first_name",
    "infix",
    "last_name",
    "left_at",
    "bounced_at",
    "switched_off",
)
FIELDS = (*OWN, *PARTS)

# What others have no column for travels along, under names that EVERYDAY knows. Always
# a status: who is not to be mailed must not look as if they were.
_OURS = {
    "region": "Gemeente",
    "roles": "Rollen",
    "partners": "Partner",
    "language": "Taal",
    "status": "Status",
    "frequency": "Frequentie",
}
_OUR_WORDS = {status: status.value for status in RowStatus}


@dataclass(frozen=True)
class Format:
    """One system's export: its columns per field, the better one first."""

    name: str
    columns: Mapping[str, tuple[str, ...]]  # folded, as they were ever called
    # Columns it is known by, though nothing in them is ours to keep.
    marks: frozenset[str] = frozenset()
    # As we write them, in order; without any, it is only read.
    titles: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[RowStatus, str] = field(default_factory=lambda: _OUR_WORDS)
    delimiter: str = ","

    @cached_property
    def names(self) -> frozenset[str]:
        """Every column it is known by."""
        return self.marks.union(*self.columns.values())


FORMATS = (
    Format(
        "Buurtpost",
        {field: (fold(field),) for field in OWN},
        titles={field: field for field in OWN},
    ),
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
        titles={
            "email": "E-mailadres",
            "first_name": "Voornaam",
            "infix": "Tussenvoegsel",
            "last_name": "Achternaam",
            "joined_at": "Aanmelddatum",
            "left_at": "Afmelddatum",
            **_OURS,
        },
        words={
            **_OUR_WORDS,
            RowStatus.CONFIRMED: "active",
            RowStatus.PENDING: "unconfirmed",
            RowStatus.ENDED: "unsubscribed",
            RowStatus.BOUNCED: "cleaned",
        },
        delimiter=";",
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
        titles={
            "email": "Email Address",
            "first_name": "First Name",
            "last_name": "Last Name",
            "joined_at": "CONFIRM_TIME",
            "left_at": "UNSUB_TIME",
            **_OURS,
        },
        words={
            **_OUR_WORDS,
            RowStatus.CONFIRMED: "subscribed",
            RowStatus.ENDED: "unsubscribed",
            RowStatus.BOUNCED: "cleaned",
        },
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
        titles={
            "email": "email",
            "first_name": "firstName",
            "infix": "infix",
            "last_name": "lastName",
            "joined_at": "created",
            **_OURS,
        },
        delimiter=";",
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
        titles={
            "email": "email",
            "name": "name",
            "joined_at": "created_at",
            **_OURS,
            "status": "status",
        },
        words={
            **_OUR_WORDS,
            RowStatus.CONFIRMED: "enabled",
            RowStatus.PENDING: "unconfirmed",
            RowStatus.ENDED: "disabled",
            RowStatus.SUPPRESSED: "blocklisted",
        },
    ),
    Format(
        "Substack",
        {
            "email": ("email",),
            "name": ("name",),
            "switched_off": ("emaildisabled",),
            "joined_at": ("createdat", "startdate"),
        },
        # Whether they pay says nothing about mail.
        frozenset(
            {"activesubscription", "expiry", "plan", "firstpaymentat", "preferdigests"}
        ),
        titles={
            "email": "email",
            "name": "name",
            "switched_off": "email_disabled",
            "joined_at": "created_at",
            **_OURS,
        },
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
        "frequency": ("frequency", "frequentie"),
        "left_at": ("leftat", "afgemeldop", "afmelddatum", "uitschrijfdatum"),
        "first_name": ("firstname", "voornaam"),
        "infix": ("tussenvoegsel", "infix"),
        "last_name": ("lastname", "achternaam"),
    },
)

_HOW_MANY_KNOW = Counter(name for known in FORMATS for name in known.names)


def whose(header: Sequence[str]) -> Format:
    """The system that wrote these columns (folded); EVERYDAY when they say nothing.

    A column counts for more the fewer systems have it.
    """
    best = max(FORMATS, key=lambda known: _likeness(known, header))
    return best if _likeness(best, header) else EVERYDAY


def _likeness(known: Format, header: Sequence[str]) -> float:
    return sum(1 / _HOW_MANY_KNOW[name] for name in header if name in known.names)
