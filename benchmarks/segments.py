"""Counting, sampling and paging a segment, and reading the consent ledger back."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks.measure import Measure, in_turns, seconds
from benchmarks.people import PARTNER
from benchmarks.village import ROLE, Village, clock
from newsletter.issues.compose import find_issue
from newsletter.issues.variants import plan_variants
from subscribers.models import ConsentRecord, MailingList, Role, Subscriber
from subscribers.segments import mailed
from subscribers.segments.rules import Rule, parse_rule
from subscribers.verification import verify

TOWN: Final = "GM0014"  # where most of them live
PROVINCES: Final = ("PV21", "PV23", "PV26", "PV28")
NARROW: Final = {"all": [{"region": TOWN}, {"role": ROLE}]}
WIDE: Final = {
    "all": [
        {"any": [{"region": province} for province in PROVINCES]},
        {"role": ROLE},
        {"not": {"partner": PARTNER}},
    ]
}
_TIMES: Final = 20  # as many rounds: a millisecond alone is noise
_LOOKED_UP: Final = 50

# What somebody who knows the tables writes for these two segments.
_BY_HAND: Final = {
    "narrow": """
        SELECT count(*) FROM reader
        WHERE list_id = :list AND region_code = :town AND role_mask & :role <> 0
          AND frequency = 'every' AND (paused_until IS NULL OR paused_until <= :today)
    """,
    "wide": """
        SELECT count(*) FROM reader
        WHERE list_id = :list AND role_mask & :role <> 0
          AND region_code IN (
              SELECT code FROM region
              WHERE parent_code IN (:first, :second, :third, :fourth))
          AND frequency = 'every' AND (paused_until IS NULL OR paused_until <= :today)
          AND NOT EXISTS (
              SELECT 1 FROM partner_consent
              WHERE partner_consent.subscriber_id = reader.subscriber_id
                AND partner_consent.list_id = reader.list_id
                AND sender_id = (SELECT id FROM sender WHERE slug = :partner))
    """,
}
# The same people from the tables that the table of readers follows.
_FROM_THE_SOURCES: Final = """
    SELECT count(*)
    FROM subscription
    JOIN subscriber ON subscriber.id = subscription.subscriber_id
    JOIN region ON region.code = subscriber.region_code
    WHERE list_id = :list AND state = 'confirmed' AND role_mask & :role <> 0
      AND frequency = 'every' AND (paused_until IS NULL OR paused_until <= :today)
      AND NOT EXISTS (SELECT 1 FROM suppression
                      WHERE suppression.address_hash = subscriber.address_hash)
      AND EXISTS (SELECT 1 FROM consent_record
                  WHERE consent_record.subscriber_id = subscriber.id
                    AND list_id = :list AND sender_id = :sender
                    AND act IN ('confirmed', 'imported'))
"""
_SOURCES: Final = {
    "narrow": f"{_FROM_THE_SOURCES} AND region.code = :town",
    "wide": f"""{_FROM_THE_SOURCES}
      AND parent_code IN (:first, :second, :third, :fourth)
      AND NOT EXISTS (
          SELECT 1 FROM partner_consent
          WHERE partner_consent.subscriber_id = subscriber.id
            AND partner_consent.list_id = :list
            AND sender_id = (SELECT id FROM sender WHERE slug = :partner))""",
}


def measure(
    small: Sequence[Village], large: Sequence[Village], *, rounds: int
) -> Iterator[Measure]:
    """Villages of the same databases in the same order."""
    for few, many in zip(small, large, strict=True):
        for name, document in (("narrow", NARROW), ("wide", WIDE)):
            rule = parse_rule(document)
            with many.database.read() as session:
                yield _count(many, session, name, rule, rounds=rounds)
                yield from _some(many, session, rule, rounds=rounds)
        with many.database.read() as session:
            yield _compose(many, session, rounds=rounds)
        yield _verify(few, many)


def _count(
    village: Village, session: Session, name: str, rule: Rule, *, rounds: int
) -> Measure:
    mailing_list = session.scalars(select(MailingList)).one()
    values = _values(village, session, mailing_list)

    def ours() -> int:
        return mailed.count(session, mailing_list, rule, now=clock())

    def by_hand(words: str) -> int:
        return int(session.execute(text(words), values).scalar_one())

    reference = _BY_HAND[name]
    found = ours()
    slow = seconds(lambda: by_hand(_SOURCES[name]))
    answers = {found, by_hand(reference), by_hand(_SOURCES[name])}
    assert len(answers) == 1, f"{name}: {answers} readers"
    mine, theirs = in_turns(ours, lambda: by_hand(reference), rounds=rounds * _TIMES)
    return Measure(
        name=f"count of a {name} segment, {village.name}",
        value=mine * 1000,
        unit="ms",
        reference="SQL written by hand",
        reference_value=theirs * 1000,
        note=f"{found:,} of {village.readers:,} readers; {slow * 1000:,.0f} ms by hand "
        "from the tables behind it",
    )


def _some(
    village: Village, session: Session, rule: Rule, *, rounds: int
) -> Iterator[Measure]:
    mailing_list = session.scalars(select(MailingList)).one()
    chance = random.Random(1)
    last = session.scalar(select(func.max(Subscriber.id))) or 0

    def look_up() -> int:
        numbers = [chance.randint(1, last) for _ in range(_LOOKED_UP)]
        columns = (
            Subscriber.id,
            Subscriber.name,
            Subscriber.region_code,
            Subscriber.role_mask,
            Subscriber.language,
            Subscriber.joined_at,
        )
        query = select(*columns).where(Subscriber.id.in_(numbers))
        return len(session.execute(query).all())

    def sample() -> int:
        found = mailed.sample(session, mailing_list, rule, chance=chance, now=clock())
        return len(found)

    def page() -> int:
        found = mailed.page(session, mailing_list, rule, now=clock())
        return len(found.readers)

    kinds: tuple[tuple[str, Callable[[], int], int], ...] = (
        ("sample of 20", sample, mailed.SAMPLE),
        ("sorted page of 50", page, mailed.PAGE),
    )
    for what, work, size in kinds:
        assert work() == size
        mine, theirs = in_turns(work, look_up, rounds=rounds * _TIMES)
        yield Measure(
            name=f"{what} of it, {village.name}",
            value=mine * 1000,
            unit="ms",
            reference="50 rows by primary key",
            reference_value=theirs * 1000,
        )


def _compose(village: Village, session: Session, *, rounds: int) -> Measure:
    """What the desk shows beside an issue: how many get which version."""
    issue = find_issue(session, village.number)
    today = clock().date()

    def plan() -> Any:
        return plan_variants(session, issue, today=today)

    planned = plan()
    (taken,) = in_turns(plan, rounds=rounds)
    readers = sum(variant.readers for variant in planned)
    return Measure(
        name=f"an issue's versions, {village.name}",
        value=taken * 1000,
        unit="ms",
        note=f"{len(planned)} versions, {readers:,} readers",
    )


def _verify(few: Village, many: Village) -> Measure:
    short, _records = _read_back(few)
    long, records = _read_back(many)
    times = many.readers / few.readers
    return Measure(
        name=f"consent verify, {many.name}",
        value=long,
        unit="s",
        reference=f"{times:.0f} x the same of {few.readers:,} readers",
        reference_value=short * times,
        note=f"{records:,} records, {long / records * 1e6:.1f} us each",
    )


def _read_back(village: Village) -> tuple[float, int]:
    with village.database.read() as session:
        records = session.scalar(select(func.count()).select_from(ConsentRecord)) or 0
        began = time.perf_counter()
        assert verify(session) == []
        return time.perf_counter() - began, records


def _values(
    village: Village, session: Session, mailing_list: MailingList
) -> dict[str, object]:
    bit = session.scalars(select(Role.bit).where(Role.slug == ROLE)).one()
    today: date = clock().date()
    return {
        "list": mailing_list.id,
        "sender": mailing_list.sender_id,
        "role": 1 << bit,
        "town": TOWN,
        "partner": PARTNER,
        "today": str(today) if village.name == "SQLite" else today,
        **dict(zip(("first", "second", "third", "fourth"), PROVINCES, strict=True)),
    }
