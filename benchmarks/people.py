"""Any number of invented readers, quickly and the same at every run.

The same rows that an import writes, consent records with their seals included; only
reading a file and asking who is known already is left out.
"""

import random
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from database.base import Base
from database.bulk import insert_rows
from database.session import Database
from subscribers import consent, secrets
from subscribers.addresses import hash_address
from subscribers.models import (
    ConsentAct,
    MailingList,
    PartnerConsent,
    Region,
    RegionKind,
    Role,
    Sender,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)
from subscribers.roles import add_role

MOST_ROLES: Final = 3  # each reader has one to three of twelve
_MORE_ROLES: Final = ("Docent", "Wijkverpleegkundige", "Ontwerper", "Journalist")
BATCH: Final = 20_000  # rows a transaction
PARTNER: Final = "lpb"
_SEED: Final = 2026
_FIRST: Final = (
    "Anna Ben Cleo Daan Eva Fatima Gijs Hanan Ivo Joke Karim Lieke Mees Noor Olaf "
    "Petra Quinten Roos Sanne Thijs Usha Vera Wout Xandra Yusuf Zoë Renée André "
    "François Chloë Jörg Siân Ömer Ayşe Łukasz Agnieszka Željko Nóra Tjitske Wiebe"
).split()
_LAST: Final = (
    "de Boer|Jansen|Bakker|Visser|Smit|Meijer|Mulder|Bos|Vos|Peters|Hendriks|"
    "van Dijk|Dekker|Brouwer|de Wit|Dijkstra|Smits|de Graaf|van der Meer|Kuipers|"
    "Özdemir|El Idrissi|Nguyễn|Hoekstra|Postma|Veenstra|van 't Hof|Peña|Çelik|"
    "Kowalczyk|Müller|Yıldız|Sørensen|Zijlstra|D'Angelo|Núñez & Zn."
).split("|")
_DOMAINS: Final = (
    "gmail.com hotmail.com ziggo.nl kpnmail.nl outlook.com live.nl icloud.com "
    "xs4all.nl planet.nl home.nl telfort.nl casema.nl proton.me hetnet.nl"
).split()
_OWN_DOMAINS: Final = 3000  # of municipalities, housing associations, families
_STATES: Final = (
    SubscriptionState.CONFIRMED,
    SubscriptionState.PENDING,
    SubscriptionState.ENDED,
    SubscriptionState.QUARANTINED,
)


@dataclass(frozen=True)
class _Place:
    """What the rows refer to."""

    list_id: int
    sender_id: int
    partner_id: int
    regions: list[str]
    roles: list[int]  # bits
    key: bytes  # of the address hashes
    now: datetime


def bring(database: Database, count: int, *, now: datetime) -> None:
    """Add ``count`` readers of the one list; commits per batch.

    Of a hundred about 94 are mailed: three never confirmed, two left, one has no
    proof, one is suppressed, a few in a thousand rest.
    """
    chance = random.Random(_SEED)
    with database.write.begin() as session:
        for name in _MORE_ROLES:
            add_role(session, name=name)
        place = _place(session, now=now)
    for first in range(1, count + 1, BATCH):
        numbers = range(first, min(first + BATCH, count + 1))
        with database.write.begin() as session:
            _bring(session, chance, numbers, place)


def _place(session: Session, *, now: datetime) -> _Place:
    mailing_list = session.scalars(select(MailingList)).one()
    towns = select(Region.code).where(Region.kind == RegionKind.MUNICIPALITY)
    partner = select(Sender.id).where(Sender.slug == PARTNER)
    return _Place(
        list_id=mailing_list.id,
        sender_id=mailing_list.sender_id,
        partner_id=session.scalars(partner).one(),
        regions=list(session.scalars(towns.order_by(Region.code))),
        roles=list(session.scalars(select(Role.bit).order_by(Role.bit))),
        key=secrets.key_for(session, secrets.SUPPRESSION),
        now=now,
    )


def _bring(
    session: Session, chance: random.Random, numbers: range, place: _Place
) -> None:
    people = _invent(chance, numbers, place)
    states = chance.choices(_STATES, (94, 3, 2, 1), k=len(people))
    _write(session, Subscriber, people)
    _write(
        session,
        Subscription,
        [
            {
                "subscriber_id": person["id"],
                "list_id": place.list_id,
                "state": state,
                "requested_at": person["joined_at"],
                "confirmed_at": person["joined_at"]
                if state is SubscriptionState.CONFIRMED
                else None,
                "ended_at": place.now if state is SubscriptionState.ENDED else None,
            }
            for person, state in zip(people, states, strict=True)
        ],
    )
    _write(
        session,
        Suppression,
        [
            {
                "address_hash": person["address_hash"],
                "reason": SuppressionReason.BOUNCED,
                "note": "",
                "created_at": place.now,
            }
            for person in people
            if chance.random() < 0.01
        ],
    )
    confirmed = [
        person
        for person, state in zip(people, states, strict=True)
        if state is SubscriptionState.CONFIRMED
    ]
    agreed = [person for person in confirmed if chance.random() < 0.05]
    _write(
        session,
        PartnerConsent,
        [
            {
                "subscriber_id": person["id"],
                "list_id": place.list_id,
                "sender_id": place.partner_id,
                "granted_at": place.now,
            }
            for person in agreed
        ],
    )
    consent.append(
        session,
        [
            consent.Entry(
                act=ConsentAct.IMPORTED,
                sender_id=sender,
                subscriber_id=person["id"],
                address=person["address"],
                source="import",
                proof="invented for a benchmark",
            )
            for sender, group in (
                (place.sender_id, confirmed),
                (place.partner_id, agreed),
            )
            for person in group
        ],
        list_id=place.list_id,
        now=place.now,
    )


def _invent(
    chance: random.Random, numbers: range, place: _Place
) -> list[dict[str, Any]]:
    """Rows of ``subscriber``; addresses differ by their number."""
    count = len(numbers)
    town_weights = [1 / (rank + 1) ** 0.7 for rank in range(len(place.regions))]
    towns = chance.choices(place.regions, town_weights, k=count)
    weights = (18, 16, 16, 26, 8, 6, 5, 5, 4, 3, 2, 1)
    roles = [chance.choices(place.roles, weights, k=count) for _ in range(MOST_ROLES)]
    people = []
    for number, town, *bits in zip(numbers, towns, *roles, strict=True):
        address, name = someone(chance, number)
        people.append(
            {
                "id": number,
                "address": address,
                "address_hash": hash_address(place.key, address),
                "name": name if number % 11 else None,
                "region_code": town if number % 20 else None,
                "role_mask": _mask(bits[: 1 + number % MOST_ROLES]),
                "language": "en" if number % 33 == 0 else "nl",
                "joined_at": place.now - timedelta(days=chance.randrange(1, 1200)),
                "paused_until": (place.now + timedelta(days=30)).date()
                if number % 400 == 0
                else None,
            }
        )
    return people


def someone(chance: random.Random, number: int) -> tuple[str, str]:
    """An address that is nobody else's, and a name."""
    first, last = chance.choice(_FIRST), chance.choice(_LAST)
    own = chance.random() < 0.3
    domain = (
        f"post{chance.randrange(_OWN_DOMAINS)}.example"
        if own
        else chance.choice(_DOMAINS)
    )
    return f"{_PLAIN[first]}.{_PLAIN[last]}{number}@{domain}", f"{first} {last}"


def _mask(bits: Iterable[int]) -> int:
    mask = 0
    for bit in bits:
        mask |= 1 << bit
    return mask


def _plain(name: str) -> str:
    """Letters of an address: "Özdemir" is ozdemir."""
    letters = unicodedata.normalize("NFKD", name.lower())
    return "".join(
        letter for letter in letters if letter.isascii() and letter.isalpha()
    )


_PLAIN: Final = {name: _plain(name) for name in (*_FIRST, *_LAST)}


def _write(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        values = [tuple(row.values()) for row in rows]
        insert_rows(session, cast("Table", model.__table__), list(rows[0]), values)
