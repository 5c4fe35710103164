"""The readers of the main journey, and who of them should get what.

Written without any of the product's code: the expectations are worked out in plain
Python, beside the SQL they check.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

TOWNS = {
    "PV20": "Groningen",
    "PV21": "Leeuwarden",
    "PV22": "Assen",
    "PV23": "Deventer",
    "PV24": "Almere",
    "PV25": "Nijmegen",
    "PV26": "Utrecht",
    "PV27": "Haarlem",
    "PV28": "Den Haag",
    "PV29": "Middelburg",
    "PV30": "Den Bosch",
    "PV31": "Heerlen",
}
ROLES = (
    "wijkambtenaar",
    "opbouwwerker",
    "sociaal werker",
    "bewoner",
    "onderzoeker",
    "beleidsmaker",
)
COUNT, WITH_LPB, SUPPRESSED, PENDING = 2500, 400, 100, 50


@dataclass(frozen=True)
class Person:
    address: str
    name: str
    province: str
    role: str
    lpb: bool
    status: str

    @property
    def mailable(self) -> bool:
        return self.status == "confirmed"

    @property
    def edition(self) -> str:
        return "lpb" if self.lpb else "base"

    @property
    def sees(self) -> frozenset[str]:
        """The ruled blocks of the journey's issue this person should see."""
        ruled = {
            "for-wijkambtenaren": self.role == "wijkambtenaar",
            "for-fryslan": self.province == "PV21",
        }
        return frozenset(name for name, visible in ruled.items() if visible)


def people() -> list[Person]:
    """2,500 readers over twelve provinces and six roles; 400 want LPB's edition too.

    100 are suppressed and 50 pending, some of each with LPB's box ticked.
    """
    provinces = list(TOWNS)
    everyone = []
    for number in range(COUNT):
        if number % 25 == 3:
            status = "suppressed"
        elif number % 50 == 11:
            status = "pending"
        else:
            status = "confirmed"
        everyone.append(
            Person(
                address=f"lezer{number}@buurt.example",
                name=f"Lezer {number}" if number % 10 else "",
                province=provinces[number % 12],
                role=ROLES[(number // 12) % 6],
                lpb=number % 25 in (1, 3, 7, 11),
                status=status,
            )
        )
    counted = Counter(person.status for person in everyone)
    assert counted["suppressed"] == SUPPRESSED
    assert counted["pending"] == PENDING
    assert sum(person.lpb for person in everyone) == WITH_LPB
    return everyone


def write_csv(path: Path, everyone: list[Person]) -> None:
    """As an editor's spreadsheet would save them: Windows-1252 and semicolons."""
    with path.open("w", newline="", encoding="windows-1252") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["email", "name", "region", "roles", "partners", "status"])
        for person in everyone:
            writer.writerow(
                [
                    person.address,
                    person.name,
                    TOWNS[person.province],
                    person.role,
                    "LPB" if person.lpb else "",
                    person.status,
                ]
            )
