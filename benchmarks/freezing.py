"""How long an audience takes to be frozen, beside the statement one writes by hand."""

import statistics
from collections.abc import Iterator
from functools import partial

from sqlalchemy import func, select, text

from benchmarks.measure import Measure, seconds
from benchmarks.village import REGION, ROLE, Frozen, Village, clock
from newsletter.dispatch.models import Delivery
from newsletter.dispatch.plan import freeze
from subscribers.models import MailingList, Role

# What somebody who knows both databases writes for this one audience: the same people,
# columns, keys, reasons and order, and nothing that could be another issue's.
_TABLE = """
CREATE TABLE by_hand (
    mailing_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    address_hash {bytes} NOT NULL,
    subscriber_id BIGINT,
    edition VARCHAR NOT NULL,
    variant_id INTEGER,
    exclusion VARCHAR(40),
    state VARCHAR(40),
    attempts INTEGER NOT NULL,
    not_before {moment},
    changed_at {moment} NOT NULL,
    detail VARCHAR NOT NULL,
    PRIMARY KEY (mailing_id, seq),
    UNIQUE (mailing_id, address_hash)
)
"""
_INSERT = """
INSERT INTO by_hand (mailing_id, seq, address_hash, subscriber_id, edition, variant_id,
                     exclusion, state, attempts, changed_at, detail)
SELECT :mailing,
       row_number() OVER (
           ORDER BY CASE WHEN exclusion IS NOT NULL THEN 2 WHEN meant THEN 1 ELSE 0 END,
                    CAST(subscriber_id AS BIGINT) / 64 * 2654435769 % 4294967296,
                    subscriber_id),
       address_hash, subscriber_id,
       CASE WHEN meant THEN :region ELSE 'base' END,
       CASE WHEN exclusion IS NOT NULL THEN NULL
            WHEN meant THEN :theirs ELSE :base END,
       exclusion,
       CASE WHEN exclusion IS NULL THEN 'queued' END,
       0, :now, ''
FROM (
    SELECT subscriber.id AS subscriber_id, subscriber.address_hash,
           CASE WHEN suppression.address_hash IS NOT NULL THEN 'suppressed'
                WHEN subscription.state <> 'confirmed' THEN subscription.state
                WHEN NOT EXISTS (
                    SELECT 1 FROM consent_record
                    WHERE consent_record.subscriber_id = subscriber.id
                      AND list_id = :list AND sender_id = :sender
                      AND act IN ('confirmed', 'imported')
                ) THEN 'no_consent'
                WHEN subscriber.paused_until > :today THEN 'resting'
                WHEN subscriber.frequency = 'monthly' THEN 'bundled'
           END AS exclusion,
           town.code IS NOT NULL AND (subscriber.role_mask >> :bit) & 1 = 1 AS meant
    FROM subscription
    JOIN subscriber ON subscriber.id = subscription.subscriber_id
    LEFT JOIN suppression ON suppression.address_hash = subscriber.address_hash
    LEFT JOIN region AS town
           ON town.code = subscriber.region_code AND town.path LIKE :path
    WHERE subscription.list_id = :list
    LIMIT {all} OFFSET 0
) AS candidate
"""
_DIFFERENT = """
SELECT count(*) FROM delivery
LEFT JOIN by_hand ON by_hand.mailing_id = delivery.mailing_id
                 AND by_hand.seq = delivery.seq
                 AND by_hand.address_hash = delivery.address_hash
                 AND by_hand.edition = delivery.edition
                 AND coalesce(by_hand.variant_id, 0) = coalesce(delivery.variant_id, 0)
                 AND coalesce(by_hand.exclusion, '') = coalesce(delivery.exclusion, '')
                 AND coalesce(by_hand.state, '') = coalesce(delivery.state, '')
WHERE delivery.mailing_id = :mailing AND by_hand.seq IS NULL
"""


def measure(village: Village, *, rounds: int) -> Iterator[Measure]:
    ours, theirs = [], []
    for _ in range(rounds):
        mailing = village.start()
        ours.append(
            seconds(
                partial(freeze, village.database, village.settings, mailing, clock())
            )
        )
        theirs.append(_by_hand(village, mailing))
        rows = _rows(village, mailing)
        Frozen(village, mailing, 0).forget()
    taken = statistics.median(ours)
    yield Measure(
        name=f"freeze, {village.name}",
        value=taken,
        unit="s",
        reference="a hand-written INSERT..SELECT",
        reference_value=statistics.median(theirs),
        note=f"{rows:,} readers, audience by region and role, rendering 2 variants "
        "included",
    )


def _by_hand(village: Village, mailing: int) -> float:
    """Seconds, its commit included. The rows are the same: compared each time."""
    is_sqlite = village.name == "SQLite"
    now = clock()
    with village.database.write.begin() as session:
        session.execute(text("DROP TABLE IF EXISTS by_hand"))
        kinds = {"bytes": "BLOB", "moment": "DATETIME"}
        if not is_sqlite:
            kinds = {"bytes": "BYTEA", "moment": "TIMESTAMP WITH TIME ZONE"}
        session.execute(text(_TABLE.format(**kinds)))
        found = session.execute(
            text("SELECT edition, id FROM variant WHERE mailing_id = :mailing"),
            {"mailing": mailing},
        )
        variants = {row.edition: row.id for row in found}
        mailing_list = session.scalars(select(MailingList)).one()
        values = {
            "mailing": mailing,
            "region": REGION,
            "theirs": variants[REGION],
            "base": variants["base"],
            "now": f"{now:%Y-%m-%d %H:%M:%S.%f}" if is_sqlite else now,
            "today": str(now.date()) if is_sqlite else now.date(),
            "bit": session.scalars(select(Role.bit).where(Role.slug == ROLE)).one(),
            "path": f"%/{REGION}/%",
            "list": mailing_list.id,
            "sender": mailing_list.sender_id,
        }

    def insert() -> None:
        with village.database.write.begin() as session:
            everything = "-1" if is_sqlite else "ALL"
            session.execute(text(_INSERT.format(all=everything)), values)

    taken = seconds(insert)
    with village.database.read() as session:
        different = session.scalar(text(_DIFFERENT), {"mailing": mailing})
    assert different == 0, f"{different} rows are not those of the other"
    return taken


def _rows(village: Village, mailing: int) -> int:
    with village.database.read() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Delivery)
                .where(Delivery.mailing_id == mailing)
            )
            or 0
        )
