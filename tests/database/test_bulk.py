"""Many rows at once are the same rows as one by one."""

from datetime import datetime, timedelta, timezone
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from database import bulk
from database.bulk import moment_converter, next_ids, rows_among
from database.types import UtcDateTime
from subscribers.models import Subscriber, Suppression, SuppressionReason
from tests.conftest import NOW

TABLE = cast("Table", Suppression.__table__)
NEW_YORK = timezone(timedelta(hours=-5))


def suppression(number: int, **other: object) -> dict[str, Any]:
    return {
        "address_hash": bytes([number]) * 32,
        "reason": SuppressionReason.LEFT,
        "note": "%s ? :name é",
        "created_at": NOW,
    } | other


def insert(
    session: Session,
    rows: list[dict[str, Any]],
    *,
    table: Table = TABLE,
    skip_existing: bool = False,
) -> None:
    names = list(rows[0])
    values = [tuple(row[name] for name in names) for row in rows]
    bulk.insert_rows(session, table, names, values, skip_existing=skip_existing)


def kept(session: Session) -> list[tuple[object, ...]]:
    query = select(Suppression).order_by(Suppression.address_hash)
    return [
        (row.address_hash, row.reason, row.note, row.created_at)
        for row in session.scalars(query)
    ]


def test_every_value_is_kept_as_its_column_keeps_it(session: Session) -> None:
    elsewhere = NOW.astimezone(NEW_YORK)

    insert(
        session,
        [suppression(1), suppression(2, reason="staff", created_at=elsewhere)],
    )

    assert kept(session) == [
        (bytes([1]) * 32, SuppressionReason.LEFT, "%s ? :name é", NOW),
        (bytes([2]) * 32, SuppressionReason.STAFF, "%s ? :name é", NOW),
    ]


def test_nothing_is_inserted_from_nothing(session: Session) -> None:
    bulk.insert_rows(session, TABLE, ["note"], [])

    assert kept(session) == []


def test_a_row_that_is_there_is_an_error_unless_it_may_stay(session: Session) -> None:
    insert(session, [suppression(1, note="first")])
    again = [suppression(1, note="second"), suppression(2)]

    with pytest.raises(IntegrityError), session.begin_nested():
        insert(session, again)
    insert(session, again, skip_existing=True)

    assert [note for _, _, note, _ in kept(session)] == ["first", "%s ? :name é"]


@pytest.mark.parametrize(
    "wrong",
    [{"created_at": datetime(2026, 1, 1)}, {"reason": "whim"}],  # noqa: DTZ001 - without a zone on purpose
)
def test_a_value_its_column_refuses_is_refused(session: Session, wrong: dict) -> None:
    with pytest.raises((ValueError, StatementError)):
        insert(session, [suppression(1, **wrong)])


@given(some.none() | some.datetimes(timezones=some.timezones()))
def test_a_moment_is_written_as_sqlalchemy_writes_it(moment: datetime | None) -> None:
    kind = UtcDateTime()
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        ordinary = kind.dialect_impl(dialect).bind_processor(dialect)
        try:
            expected = ordinary(moment) if ordinary else moment
        except OverflowError:  # the year 10000, somewhere
            continue

        assert moment_converter(kind, dialect)(moment) == expected


def test_rows_are_found_by_any_of_many_values(session: Session) -> None:
    insert(session, [suppression(number) for number in range(20)])
    wanted = [bytes([number]) * 32 for number in (3, 7, 99)]

    found = rows_among(
        session,
        [Suppression.address_hash, Suppression.reason],
        Suppression.address_hash,
        wanted,
    )

    assert sorted((bytes(key), reason) for key, reason in found) == [
        (wanted[0], "left"),
        (wanted[1], "left"),
    ]
    assert not rows_among(session, [Suppression.note], Suppression.address_hash, [])


def test_a_number_is_given_out_once_though_its_row_is_gone(session: Session) -> None:
    table = cast("Table", Subscriber.__table__)
    person = {"role_mask": 0, "joined_at": NOW}
    seen: set[int] = set()
    for attempt in range(3):
        numbers = list(next_ids(session, table, 2))
        rows = [
            {
                "id": number,
                "address": f"{number}@a.nl",
                "address_hash": bytes([at] * 32),
            }
            | person
            for at, number in enumerate(numbers)
        ]
        insert(session, rows, table=table)
        session.execute(table.delete())

        assert numbers == sorted(numbers), attempt
        assert seen.isdisjoint(numbers)
        seen |= set(numbers)
