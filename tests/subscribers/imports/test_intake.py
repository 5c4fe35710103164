"""What an import does to what we know: good rows taken, nobody brought back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from subscribers import consent, subscriptions, suppression, verification
from subscribers.imports import intake as intake_module
from subscribers.imports.errors import BadFile
from subscribers.lists import UnknownList, find_list
from subscribers.models import Subscriber, Subscription, SuppressionReason
from subscribers.roles import slugs_of
from subscribers.typed import BadLine
from tests.conftest import NOW
from tests.factories import a_sign_up
from tests.subscribers.imports.conftest import PROOF, Intake, counts, reasons

IMPORTED = f"import: {PROOF}"


def test_every_field_of_a_good_row_is_kept(intake: Intake) -> None:
    report = intake.take(
        "email,name,region,roles,partners,language,joined_at\n"
        "Anna@Example.NL,Anna de Vries,'s-Gravenhage,"
        "Wijkambtenaar|sociaal werker,lpb|MOVISIE,nl,2024-05-01\n"
    )

    anna = intake.reader("anna")
    assert counts(report) == (1, 1, 0, 0, 0, 0)
    assert anna is not None
    assert (anna.name, anna.region_code, anna.language) == (
        "Anna de Vries",
        "GM0518",
        "nl",
    )
    with intake.database.read() as session:
        assert slugs_of(session, anna.role_mask) == ["wijkambtenaar", "sociaal-werker"]
    # A day begins at midnight in Amsterdam.
    assert anna.joined_at == datetime(2024, 4, 30, 22, tzinfo=UTC)
    assert intake.states() == {"anna": "confirmed"}
    assert intake.partners() == {"anna": {"lpb", "movisie"}}


def test_with_proof_each_consent_is_a_line_of_the_ledger(intake: Intake) -> None:
    intake.take("email,partners\nanna@example.nl,lpb\nben@example.nl,\n")

    assert intake.ledger() == [
        ("anna", "imported", "buurtwijs", IMPORTED),
        ("anna", "imported", "lpb", IMPORTED),
        ("ben", "imported", "buurtwijs", IMPORTED),
    ]
    with intake.database.read() as session:
        assert verification.verify(session) == []


def test_without_proof_every_confirmed_row_is_quarantined(intake: Intake) -> None:
    report = intake.take("email,partners\nanna@example.nl,lpb\n", proof=None)

    assert counts(report) == (1, 1, 0, 0, 1, 0)
    assert intake.states() == {"anna": "quarantined"}
    assert intake.partners() == {}
    assert intake.ledger() == []


def test_only_its_owner_lifts_a_quarantine_not_a_later_proof(intake: Intake) -> None:
    intake.take("email\nanna@example.nl\n", proof=None)

    report = intake.take("email\nanna@example.nl\n", proof=PROOF)

    assert counts(report) == (1, 1, 0, 1, 1, 0)
    assert intake.states() == {"anna": "quarantined"}


@pytest.mark.parametrize(
    ("status", "state", "suppressed"),
    [
        ("", "confirmed", {}),
        ("confirmed", "confirmed", {}),
        ("Actief", "confirmed", {}),
        ("pending", "pending", {}),
        ("ended", "ended", {}),
        ("Uitgeschreven", "ended", {}),
        ("suppressed", "ended", {"anna": "staff"}),
        ("blocklisted", "ended", {"anna": "staff"}),
        ("bounced", "ended", {"anna": "bounced"}),
        ("cleaned", "ended", {"anna": "bounced"}),
        ("complained", "ended", {"anna": "complained"}),
    ],
)
def test_a_status_decides_what_becomes_of_a_newcomer(
    intake: Intake, status: str, state: str, suppressed: dict[str, str]
) -> None:
    report = intake.take(f"email,status,partners\nanna@example.nl,{status},lpb\n")

    assert report.taken == 1
    assert intake.states() == {"anna": state}
    assert intake.suppressions("anna") == suppressed
    assert bool(intake.partners()) == (state == "confirmed")
    assert len(intake.ledger()) == (2 if state == "confirmed" else 0)


def test_the_same_file_again_changes_nothing(intake: Intake) -> None:
    content = (
        "email,name,region,status,partners\n"
        "anna@example.nl,Anna,Zwolle,,lpb\n"
        "ben@example.nl,Ben,,pending,\n"
        "cleo@example.nl,,,bounced,\n"
    )
    intake.take(content)
    before = intake.ledger()

    report = intake.take(content)

    assert counts(report) == (3, 3, 0, 3, 0, 0)
    assert intake.ledger() == before


def test_what_a_file_knows_better_is_updated_and_an_empty_cell_takes_nothing_away(
    intake: Intake,
) -> None:
    intake.take("email,name,region,language\nanna@example.nl,Anna,Zwolle,nl\n")

    report = intake.take("email,name,region,language\nanna@example.nl,,Leeuwarden,\n")

    anna = intake.reader("anna")
    assert counts(report) == (1, 1, 1, 0, 0, 0)
    assert anna is not None
    assert (anna.name, anna.region_code, anna.language) == ("Anna", "GM0080", "nl")


def test_proof_confirms_a_sign_up_that_was_waiting(intake: Intake) -> None:
    intake.take("email,status\nanna@example.nl,pending\n")

    report = intake.take("email\nanna@example.nl\n")

    assert report.updated == 1
    assert intake.states() == {"anna": "confirmed"}
    assert intake.ledger() == [("anna", "imported", "buurtwijs", IMPORTED)]


def test_nobody_who_left_is_brought_back(intake: Intake) -> None:
    intake.take("email,partners\nanna@example.nl,lpb\n")
    with intake.database.write.begin() as session:
        subscriptions.end(
            session, session.scalars(select(Subscription)).one(), source="test", now=NOW
        )

    report = intake.take("email,partners\nanna@example.nl,lpb\n")

    assert report.unchanged == 1
    assert intake.states() == {"anna": "ended"}
    assert intake.partners() == {}


def test_who_left_elsewhere_leaves_here_too(intake: Intake) -> None:
    intake.take("email,partners\nanna@example.nl,lpb\n")

    report = intake.take("email,status\nanna@example.nl,unsubscribed\n")

    assert report.updated == 1
    assert intake.states() == {"anna": "ended"}
    assert intake.partners() == {}
    assert [act for _, act, _, _ in intake.ledger()][2:] == ["withdrawn", "withdrawn"]


def test_a_partner_the_reader_said_no_to_is_not_granted_again(intake: Intake) -> None:
    intake.take("email,partners\nanna@example.nl,lpb\n")
    with intake.database.write.begin() as session:
        anna = session.scalars(select(Subscriber)).one()
        wijs = find_list(session, "wijs")
        [lpb] = subscriptions.partners_of(
            session, session.scalars(select(Subscription)).one()
        )
        subscriptions.withdraw_partner(session, anna, wijs, lpb, now=NOW)

    report = intake.take("email,partners\nanna@example.nl,lpb|movisie\n")

    assert report.updated == 1
    assert intake.partners() == {"anna": {"movisie"}}


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_the_suppressed_stay_suppressed(
    intake: Intake, reason: SuppressionReason
) -> None:
    with intake.database.write.begin() as session:
        suppression.suppress(session, address="anna@example.nl", reason=reason, now=NOW)

    report = intake.take("email\nanna@example.nl\nben@example.nl\n")

    assert intake.suppressions("anna", "ben") == {"anna": reason.value}
    forgotten = reason is SuppressionReason.ERASED
    assert report.taken == (1 if forgotten else 2)
    # Whom we forgot is not written down again by somebody else's file.
    assert (intake.reader("anna") is None) == forgotten
    if forgotten:
        assert "had us forget them" in reasons(report)[2]


def test_a_graver_reason_replaces_a_lighter_one(intake: Intake) -> None:
    with intake.database.write.begin() as session:
        suppression.suppress(
            session, address="anna@example.nl", reason=SuppressionReason.LEFT, now=NOW
        )

    intake.take("email,status\nanna@example.nl,complained\n")

    assert intake.suppressions("anna") == {"anna": "complained"}


def test_a_second_list_is_a_second_subscription_of_the_same_reader(
    intake: Intake,
) -> None:
    intake.take("email\nanna@example.nl\n")

    report = intake.take("email\nanna@example.nl\n", into="elders")

    assert report.updated == 1
    with intake.database.read() as session:
        assert len(session.scalars(select(Subscription)).all()) == 2
        assert len(session.scalars(select(Subscriber)).all()) == 1
        assert consent.head(session, 1) != consent.head(session, 2)


def test_a_dry_run_reports_the_same_and_writes_nothing(intake: Intake) -> None:
    content = "email,partners\nanna@example.nl,lpb\nanna@example.nl,\nben@,\n"

    dry = intake.take(content, dry_run=True)

    assert intake.states() == {}
    assert intake.ledger() == []
    assert counts(dry) == counts(intake.take(content)) == (3, 1, 0, 0, 0, 2)


def test_the_lists_own_sender_is_no_partner(intake: Intake) -> None:
    intake.take("email,partners\nanna@example.nl,Buurtwijs|lpb netwerk\n")

    assert intake.partners() == {"anna": {"lpb"}}


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"into": "nowhere"}, UnknownList),
        ({"proof": "line\nbreak"}, BadLine),
        ({"mapping": {"email": "Adres"}}, Exception),
    ],
)
def test_a_wrong_question_changes_nothing(
    intake: Intake, settings: dict, error: type[Exception]
) -> None:
    with pytest.raises(error):
        intake.take("email\nanna@example.nl\n", **settings)

    assert intake.states() == {}


def test_an_empty_proof_is_no_proof(intake: Intake) -> None:
    assert intake.take("email\nanna@example.nl\n", proof=" ").quarantined == 1


def test_a_missing_file_is_a_sentence(intake: Intake) -> None:
    with pytest.raises(BadFile, match="There is no file"):
        intake_module.import_readers(
            intake.database,
            intake.folder / "gone.csv",
            mailing_list="wijs",
            proof=None,
            mapping={},
            dry_run=False,
            now=NOW,
        )


def test_who_wanted_nothing_more_gets_no_new_list_by_a_file(intake: Intake) -> None:
    with intake.database.write.begin() as session:
        suppression.suppress(
            session, address="anna@example.nl", reason=SuppressionReason.LEFT, now=NOW
        )

    report = intake.take("email,partners\nanna@example.nl,lpb\n")

    # A sign-up elsewhere lifts the suppression: it must not begin this list too.
    assert report.quarantined == 1
    assert intake.states() == {"anna": "quarantined"}
    assert intake.partners() == {}


def test_whom_somebody_else_signed_up_again_stays_forgotten(intake: Intake) -> None:
    with intake.database.write.begin() as session:
        suppression.suppress(
            session, address="anna@example.nl", reason=SuppressionReason.ERASED, now=NOW
        )
        a_sign_up(session, find_list(session, "wijs"), "anna@example.nl")

    report = intake.take("email,name\nanna@example.nl,Anna\n")

    assert "had us forget them" in reasons(report)[2]
    assert intake.states() == {"anna": "pending"}
    assert intake.reader("anna").name is None
