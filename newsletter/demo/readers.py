"""A thousand invented readers, the same at every run.

They arrive by CSV, as real ones would: most with proof of consent, some without, some
who never confirmed, left, or asked never to be mailed again.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

SEED: Final = 2026
FIRST_DAY: Final = date(2023, 5, 3)
COLUMNS: Final = (
    "email",
    "name",
    "region",
    "roles",
    "partners",
    "language",
    "status",
    "joined_at",
)

_FIRST: Final = (
    "Anna Ben Cleo Daan Eva Fatima Gijs Hanan Ivo Joke Karim Lieke Mees Noor Olaf "
    "Petra Quinten Roos Sanne Thijs Usha Vera Wout Xandra Yusuf Zoë"
).split()
_LAST: Final = (
    "de Boer|Jansen|Bakker|Visser|Smit|Meijer|Mulder|Bos|Vos|Peters|Hendriks|"
    "van Dijk|Dekker|Brouwer|de Wit|Dijkstra|Smits|de Graaf|van der Meer|Kuipers|"
    "Özdemir|El Idrissi|Nguyen|Hoekstra|Postma|Veenstra"
).split("|")
# Large towns have most readers; the rest of the country shares the tail.
_TOWNS: Final = (
    "Amsterdam|Rotterdam|Den Haag|Utrecht|Groningen|Eindhoven|Leeuwarden|Deventer|"
    "Heerlen|Nijmegen|Emmen|Middelburg|Almere|Súdwest-Fryslân|Zwolle|Assen|Arnhem|"
    "Breda|Den Bosch|Lelystad|Maastricht|Haarlem|Terneuzen|Smallingerland"
).split("|")
_PROVINCES: Final = (
    "provincie Fryslân|provincie Groningen|provincie Drenthe|provincie Zeeland"
).split("|")
_ROLES: Final = (
    "wijkambtenaar|opbouwwerker|sociaal werker|bewoner|corporatie|"
    "sociaal ondernemer|onderzoeker|beleidsmaker"
).split("|")
_ROLE_WEIGHTS: Final = (18, 16, 16, 26, 8, 6, 5, 5)
_PLAIN: Final = str.maketrans("ëöÖé", "eooe", " '")


@dataclass(frozen=True)
class Reader:
    """One row of the file, and whether it came with proof."""

    row: tuple[str, ...]
    with_proof: bool


def invent(count: int) -> Iterator[Reader]:
    """The first ``count`` readers; the same ones for the same count."""
    chance = random.Random(SEED)  # noqa: S311 - invented people, not secrets
    town_weights = [1 / (place + 1) for place in range(len(_TOWNS))]
    for number in range(1, count + 1):
        name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
        roles = sorted(
            set(chance.choices(_ROLES, _ROLE_WEIGHTS, k=chance.choice((1, 1, 2))))
        )
        works_for_town = "wijkambtenaar" in roles
        partners = [
            slug
            for slug, likely in (
                ("lpb", 0.7 if works_for_town else 0.08),
                ("dorpenwerk", 0.1),
            )
            if chance.random() < likely
        ]
        region = (
            chance.choice(_PROVINCES)
            if chance.random() < 0.08
            else chance.choices(_TOWNS, town_weights)[0]
        )
        status = chance.choices(
            ("confirmed", "pending", "ended", "suppressed"), (92, 3, 3, 2)
        )[0]
        mailbox = name.lower().translate(_PLAIN)
        yield Reader(
            row=(
                f"{mailbox}.{number}@lezers.example",
                name if chance.random() < 0.9 else "",
                region if chance.random() < 0.95 else "",
                "|".join(roles),
                "|".join(partners),
                "en" if chance.random() < 0.03 else "nl",
                status,
                (FIRST_DAY + timedelta(days=chance.randrange(1200))).isoformat(),
            ),
            with_proof=chance.random() < 0.97,
        )


def write_files(folder: Path, count: int) -> tuple[Path, Path]:
    """Write the readers as two CSV files: with proof, and without."""
    readers = list(invent(count))
    paths = (folder / "readers.csv", folder / "readers-without-proof.csv")
    for path, with_proof in zip(paths, (True, False), strict=True):
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(
                reader.row for reader in readers if reader.with_proof is with_proof
            )
    return paths
