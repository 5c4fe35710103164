"""Who gets which version, counted for everybody, beside SQL written for one issue."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchmarks.measure import Measure, in_turns
from benchmarks.people import PARTNER
from benchmarks.village import ROLE, Village, clock
from newsletter.issues.assignment import Assignment
from newsletter.issues.files import import_issue
from newsletter.issues.models import Issue
from newsletter.issues.variants import groups_to_make, plan_variants
from subscribers.models import MailingList, Role, Sender

Groups = Sequence[tuple[str, int, int]]  # edition, mask, readers
Seen = tuple[str, frozenset[str]]
NUMBER: Final = 900
OTHER_ROLE: Final = "bewoner"
SINCE: Final = "2026-01-01"
# Twelve blocks, each with a rule of its own.
RULES: Final[tuple[dict[str, Any], ...]] = (
    {"region": "PV20"},
    {"region": "PV22"},
    {"region": "PV24"},
    {"region": "PV25"},
    {"region": "PV27"},
    {"region": "PV28"},
    {"role": ROLE},
    {"not": {"role": ROLE}},
    {"all": [{"region": "PV20"}, {"role": OTHER_ROLE}]},
    {"all": [{"region": "PV22"}, {"language": "en"}]},
    {"all": [{"any": [{"region": "GM0014"}, {"region": "GM0193"}]}, {"role": ROLE}]},
    {"all": [{"region": "PV24"}, {"joined_after": SINCE}]},
)
# Four editions, the base issue's aside.
EDITIONS: Final[tuple[dict[str, Any], ...]] = (
    {"partner": PARTNER},
    {"region": "PV21"},
    {"region": "PV26", "audience": {"role": ROLE}},
    {"region": "PV30"},
)

# What somebody who knows the tables writes for just this issue. A bit a rule.
_BY_HAND: Final = """
SELECT edition, mask, sum(mailed) AS readers
FROM (
    SELECT CASE
             WHEN agreed THEN 'lpb'
             WHEN province = 'PV21' THEN 'PV21'
             WHEN province = 'PV26' AND official THEN 'PV26'
             WHEN province = 'PV30' THEN 'PV30'
             ELSE 'base' END AS edition,
           CASE province WHEN 'PV20' THEN 1 WHEN 'PV22' THEN 2 WHEN 'PV24' THEN 4
                         WHEN 'PV25' THEN 8 WHEN 'PV27' THEN 16 WHEN 'PV28' THEN 32
                         ELSE 0 END
           + CASE WHEN official THEN 64 ELSE 128 END
           + CASE WHEN province = 'PV20' AND resident THEN 256 ELSE 0 END
           + CASE WHEN province = 'PV22' AND language = 'en' THEN 512 ELSE 0 END
           + CASE WHEN official AND town IN ('GM0014', 'GM0193') THEN 1024 ELSE 0 END
           + CASE WHEN agreed AND province = 'PV24' AND joined_at >= :since
                  THEN 2048 ELSE 0 END AS mask,
           mailed
    FROM (
        SELECT region.parent_code AS province, reader.region_code AS town,
               role_mask & :official <> 0 AS official,
               role_mask & :resident <> 0 AS resident,
               language, joined_at,
               EXISTS (SELECT 1 FROM partner_consent
                       WHERE partner_consent.subscriber_id = reader.subscriber_id
                         AND partner_consent.list_id = reader.list_id
                         AND partner_consent.sender_id = :partner) AS agreed,
               CASE WHEN frequency = 'every' THEN 1 ELSE 0 END AS mailed
        FROM reader LEFT JOIN region ON region.code = reader.region_code
        WHERE reader.list_id = :list
          AND (paused_until IS NULL OR paused_until <= :today)
        LIMIT {all} OFFSET 0
    ) AS person
) AS seen
GROUP BY edition, mask
"""


def measure(village: Village, *, rounds: int) -> Iterator[Measure]:
    with village.database.write.begin() as session:
        issue = import_issue(session, village.settings, _document(), now=clock())
        number = issue.id
    with village.database.read() as session:
        issue = session.get_one(Issue, number)
        today = clock().date()

        def ours() -> tuple[Assignment, Groups]:
            return groups_to_make(
                session, issue, today=today, zone=village.settings.timezone
            )

        values = _values(village, session, today)
        everything = "-1" if village.name == "SQLite" else "ALL"
        statement = text(_BY_HAND.format(all=everything))

        def by_hand() -> Groups:
            return [(*row,) for row in session.execute(statement, values)]

        assigned, groups = ours()
        mine, theirs = _seen(assigned, groups), _seen_by_hand(by_hand())
        assert mine == theirs, f"{mine - theirs} and {theirs - mine} differ"
        planned = plan_variants(session, issue, today=today)
        taken, reference = in_turns(ours, by_hand, rounds=rounds)
    readers = sum(variant.readers for variant in planned)
    yield Measure(
        name=f"variants, {village.name}",
        value=taken,
        unit="s",
        reference="SQL written by hand for this issue",
        reference_value=reference,
        note=f"{len(planned)} variants of {readers:,} readers, {len(RULES)} ruled "
        f"blocks, {len(EDITIONS)} editions",
    )


def _document() -> dict[str, Any]:
    """A story for everybody, then the ruled ones; the last is an edition's own."""
    *base, own = [
        {"kind": "text", "id": f"ruled-{place}", "text": "Voor jou.", "only": rule}
        for place, rule in enumerate(RULES)
    ]
    return {
        "number": NUMBER,
        "list": "buurtwijs",
        "subject": "Wie krijgt wat",
        "blocks": [{"kind": "text", "id": "all", "text": "Voor iedereen."}, *base],
        "editions": [
            {**EDITIONS[0], "blocks": [{"after": "all", "block": own}]},
            *EDITIONS[1:],
        ],
    }


def _values(village: Village, session: Session, today: date) -> dict[str, object]:
    bits = {
        slug: session.scalars(select(Role.bit).where(Role.slug == slug)).one()
        for slug in (ROLE, OTHER_ROLE)
    }
    since = datetime.fromisoformat(SINCE).replace(tzinfo=village.settings.timezone)
    moment = since.astimezone(UTC)
    is_sqlite = village.name == "SQLite"
    return {
        "list": session.scalars(select(MailingList.id)).one(),
        "partner": session.scalars(
            select(Sender.id).where(Sender.slug == PARTNER)
        ).one(),
        "official": 1 << bits[ROLE],
        "resident": 1 << bits[OTHER_ROLE],
        "since": f"{moment:%Y-%m-%d %H:%M:%S.%f}" if is_sqlite else moment,
        "today": str(today) if is_sqlite else today,
    }


def _seen(assigned: Assignment, groups: Groups) -> Counter[Seen]:
    """Readers by edition and visible ruled blocks."""
    found: Counter[Seen] = Counter()
    for edition, mask, readers in groups:
        visible = assigned.visible(edition, mask)
        blocks = frozenset(block.id for block in visible if block.only is not None)
        found[edition, blocks] += readers
    return found


def _seen_by_hand(groups: Groups) -> Counter[Seen]:
    found: Counter[Seen] = Counter()
    for edition, mask, readers in groups:
        bits = (bit for bit in range(len(RULES)) if mask >> bit & 1)
        found[edition, frozenset(f"ruled-{bit}" for bit in bits)] += readers
    return found
