"""A claim reads its chunk of the ledger, however large the mailing is."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter.dispatch.flight import statements
from tests.conftest import NOW
from tests.newsletter.dispatch.village import Village

EARLIER, MAILING, ROWS, CHUNK = 6, 7, 20_000, 500

LEDGER = """
INSERT INTO delivery (mailing_id, seq, address_hash, edition, variant_id, state,
                      attempts, changed_at, detail)
SELECT :mailing, seq, sha256(seq::text::bytea), 'base', 1, 'queued', 0, :now, ''
FROM generate_series(1, :rows) AS seq
"""


# SQLite goes by the place in the ledger whatever order is asked for. PostgreSQL goes by
# what it counted last, and that is before the freeze: of this mailing it knows no row.
@pytest.mark.parametrize("session", ["postgresql"], indirect=True)
def test_a_claim_reads_no_more_than_its_chunk(session: Session) -> None:
    freeze(session, EARLIER)
    session.execute(text("ANALYZE delivery"))
    freeze(session, MAILING)

    plan = session.scalar(
        text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statements.READERS}"),
        {
            "mailing_id": MAILING,
            "first_seq": ROWS // 2 + 1,
            "last_seq": ROWS // 2 + CHUNK,
            "list_id": 1,
            "partner_id": 0,
            "today": NOW.date(),
            "now": NOW,
        },
    )

    (scan,) = scans_of(plan[0]["Plan"], "delivery")
    read = scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0)
    assert read == CHUNK, f"by {scan.get('Index Name', 'the whole table')}"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_freeze_says_how_many_it_wrote(village: Village) -> None:
    village.build("anna", "ben", "cleo", editions=())
    village.start()

    with village.database.read() as session:
        ledger = "SELECT FROM delivery WHERE mailing_id = (SELECT max(id) FROM mailing)"
        plan = session.scalar(text(f"EXPLAIN (FORMAT JSON) {ledger}"))

    (scan,) = scans_of(plan[0]["Plan"], "delivery")
    assert scan["Plan Rows"] == 3


def freeze(session: Session, mailing: int) -> None:
    session.execute(text(LEDGER), {"mailing": mailing, "rows": ROWS, "now": NOW})


def scans_of(plan: dict[str, Any], table: str) -> Iterator[dict[str, Any]]:
    if plan.get("Relation Name") == table:
        yield plan
    for part in plan.get("Plans", ()):
        yield from scans_of(part, table)
