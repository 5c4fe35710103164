"""A list of addresses never to be mailed goes before any reader."""

import pytest
from sqlalchemy import func, select

from subscribers import suppression
from subscribers.imports.errors import BadFile
from subscribers.imports.suppressions import (
    MAY_BE_MAILED,
    SuppressionReport,
    import_suppressions,
)
from subscribers.models import Subscriber, Suppression, SuppressionReason
from tests.conftest import NOW
from tests.subscribers.imports.conftest import Intake


def suppress(
    intake: Intake, content: str, *, dry_run: bool = False
) -> SuppressionReport:
    path = intake.folder / "never.csv"
    path.write_text(content)
    return import_suppressions(intake.database, path, dry_run=dry_run, now=NOW)


def test_only_the_hash_of_each_is_kept(intake: Intake) -> None:
    report = suppress(intake, "Email\nanna@example.nl\nBEN@example.nl\n")

    assert (report.rows, report.taken, len(report.refused)) == (2, 2, 0)
    assert intake.suppressions("anna", "ben") == {"anna": "staff", "ben": "staff"}
    with intake.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("anna@example.nl\n", "staff"),
        ("Anna;anna@example.nl\n", "staff"),
        ("email,status\nanna@example.nl,hardbounce\n", "bounced"),
        ("email,status\nanna@example.nl,spam\n", "complained"),
        ("email,status\nanna@example.nl,unsubscribed\n", "left"),
        ("email,status\nanna@example.nl,blocklisted\n", "staff"),
        ("email,status\nanna@example.nl,wie weet\n", "staff"),
        ("Email Address,LEID,CLEAN_TIME\nanna@example.nl,1,2024-01-15\n", "bounced"),
        ("Email Address,LEID,UNSUB_TIME\nanna@example.nl,1,2024-01-15\n", "left"),
    ],
)
def test_the_reason_is_the_files_or_else_ours(
    sqlite_intake: Intake, content: str, reason: str
) -> None:
    suppress(sqlite_intake, content)

    assert sqlite_intake.suppressions("anna") == {"anna": reason}


def test_since_when_is_kept(sqlite_intake: Intake) -> None:
    suppress(
        sqlite_intake, "Email Address,LEID,CLEAN_TIME\nanna@example.nl,1,2024-01-15\n"
    )

    with sqlite_intake.database.read() as session:
        [since] = session.scalars(select(Suppression.created_at))
    assert since.isoformat() == "2024-01-14T23:00:00+00:00"


def test_a_graver_reason_replaces_a_lighter_one_and_never_the_other_way(
    intake: Intake,
) -> None:
    with intake.database.write.begin() as session:
        for name, reason in [
            ("anna", SuppressionReason.ERASED),
            ("ben", SuppressionReason.STAFF),
        ]:
            suppression.suppress(
                session, address=f"{name}@example.nl", reason=reason, now=NOW
            )

    suppress(
        intake,
        "email,status\nanna@example.nl,bounced\nben@example.nl,bounced\n"
        "cleo@example.nl,ended\ncleo@example.nl,spam\n",
    )

    assert intake.suppressions("anna", "ben", "cleo") == {
        "anna": "bounced",
        "ben": "staff",
        "cleo": "complained",
    }


def test_who_may_be_mailed_and_what_is_no_address_are_refused(
    sqlite_intake: Intake,
) -> None:
    report = suppress(
        sqlite_intake, "email,status\nanna@example.nl,active\nben@,bounced\n"
    )

    refused = {one.line: (one.column, one.value, one.reason) for one in report.refused}
    assert report.taken == 0
    assert refused[2] == ("email", "anna@example.nl", MAY_BE_MAILED)
    assert refused[3][:2] == ("email", "ben@")


def test_a_dry_run_suppresses_nobody(sqlite_intake: Intake) -> None:
    assert suppress(sqlite_intake, "anna@example.nl\n", dry_run=True).taken == 1
    assert sqlite_intake.suppressions("anna") == {}


def test_a_file_without_any_address_is_a_sentence(sqlite_intake: Intake) -> None:
    with pytest.raises(BadFile, match="There is no column for email"):
        suppress(sqlite_intake, "naam\nAnna\n")
