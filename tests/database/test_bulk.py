"""Many rows at once are the same rows as one by one."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from database.bulk import insert_rows
from subscribers.models import Suppression, SuppressionReason
from tests.conftest import NOW

TABLE = Suppression.__table__
NEW_YORK = timezone(timedelta(hours=-5))


def suppression(number: int, **other: object) -> dict[str, object]:
    return {
        "address_hash": bytes([number]) * 32,
        "reason": SuppressionReason.LEFT,
        "note": "%s ? :name é",
        "created_at": NOW,
    } | other


def kept(session: Session) -> list[tuple[object, ...]]:
    query = select(Suppression).order_by(Suppression.address_hash)
    return [
        (row.address_hash, row.reason, row.note, row.created_at)
        for row in session.scalars(query)
    ]


def test_every_value_is_kept_as_its_column_keeps_it(session: Session) -> None:
    elsewhere = NOW.astimezone(NEW_YORK)

    insert_rows(
        session,
        TABLE,
        [suppression(1), suppression(2, reason="staff", created_at=elsewhere)],
    )

    assert kept(session) == [
        (bytes([1]) * 32, SuppressionReason.LEFT, "%s ? :name é", NOW),
        (bytes([2]) * 32, SuppressionReason.STAFF, "%s ? :name é", NOW),
    ]


def test_nothing_is_inserted_from_nothing(session: Session) -> None:
    insert_rows(session, TABLE, [])

    assert kept(session) == []


def test_a_row_that_is_there_is_an_error_unless_it_may_stay(session: Session) -> None:
    insert_rows(session, TABLE, [suppression(1, note="first")])
    again = [suppression(1, note="second"), suppression(2)]

    with pytest.raises(IntegrityError), session.begin_nested():
        insert_rows(session, TABLE, again)
    insert_rows(session, TABLE, again, skip_existing=True)

    assert [note for _, _, note, _ in kept(session)] == ["first", "%s ? :name é"]


@pytest.mark.parametrize(
    "wrong",
    [{"created_at": datetime(2026, 1, 1)}, {"reason": "whim"}],  # noqa: DTZ001
)
def test_a_value_its_column_refuses_is_refused(session: Session, wrong: dict) -> None:
    with pytest.raises((ValueError, StatementError)):
        insert_rows(session, TABLE, [suppression(1, **wrong)])
