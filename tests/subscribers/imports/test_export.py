"""What goes out is what came in, and no spreadsheet runs it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import suppression
from subscribers.imports.defusing import defuse, restore
from subscribers.imports.export import SHAPES, UnknownShape, export_readers, find_shape
from subscribers.lists import find_list
from subscribers.models import SuppressionReason
from subscribers.segments.rules import parse_rule
from tests.conftest import NOW
from tests.subscribers.imports.conftest import Intake

OURS = (
    "email,name,region,roles,partners,language,status,joined_at,frequency\n"
    'anna@example.nl,"Vries, Anna de",GM0193,wijkambtenaar|bewoner,lpb|movisie,nl,'
    "confirmed,2024-01-14T23:00:00+00:00,monthly\n"
    "ben@example.nl,,,,,,pending,2024-01-14T23:00:00+00:00,every\n"
    "cleo@example.nl,'=1+1,PV21,,,en,ended,2024-01-14T23:00:00+00:00,every\n"
    "'+dora@example.nl,Dora,,,,,suppressed,2024-01-14T23:00:00+00:00,every\n"
    "eva@example.nl,Eva,,,,,bounced,2024-01-14T23:00:00+00:00,every\n"
    "finn@example.nl,Finn,,,,,complained,2024-01-14T23:00:00+00:00,every\n"
)


def exported(
    intake: Intake, rule: object = None, slug: str = "wijs", shape: str = "buurtpost"
) -> str:
    out = io.StringIO()
    with intake.database.read() as session:
        export_readers(
            session,
            out,
            mailing_list=find_list(session, slug),
            shape=find_shape(shape),
            rule=None if rule is None else parse_rule(rule),
        )
    return out.getvalue()


def test_an_export_is_what_an_import_takes(intake: Intake) -> None:
    intake.take(OURS)

    assert exported(intake) == OURS
    assert intake.reader("+dora") is not None


def test_how_often_is_asked_of_newcomers_alone(intake: Intake) -> None:
    intake.take("email,frequency\nanna@example.nl,Monthly\nben@example.nl,\n")
    # Who chose since then on their own page keeps that, whatever an old file says.
    report = intake.take("email,frequency\nanna@example.nl,every\n")

    assert report.unchanged == 1
    rows = csv.DictReader(io.StringIO(exported(intake)))
    assert [row["frequency"] for row in rows] == ["monthly", "every"]


def test_taking_our_own_export_in_again_changes_nothing(intake: Intake) -> None:
    intake.take(OURS)

    report = intake.take(exported(intake))

    assert report.unchanged == report.rows == 6


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_recognised_and_nothing_is_lost_by_it(
    sqlite_intake: Intake, shape: str
) -> None:
    sqlite_intake.take(
        f"{OURS}gerda@example.nl,Gerda van der Meer-de Wit,,,,,,\n"
        "hans@example.nl,Hans,,,,,,\nils@example.nl,Ils DE WAAL,,,,,,\n"
    )
    written = exported(sqlite_intake, shape=shape)

    report = sqlite_intake.take(written)

    assert report.columns is not None
    assert report.columns.format == find_shape(shape).name
    assert report.columns.unused == []
    assert (report.unchanged, report.rows) == (9, 9)
    # As newcomers elsewhere they are the same people in the same states.
    sqlite_intake.take(written, into="elders")
    assert exported(sqlite_intake, slug="elders") == exported(sqlite_intake)


def test_an_unknown_shape_is_refused_naming_the_known_ones() -> None:
    with pytest.raises(UnknownShape, match="buurtpost, laposta, mailchimp, spotler"):
        find_shape("Outlook")


def test_when_somebody_left_is_kept_and_given_out(sqlite_intake: Intake) -> None:
    sqlite_intake.take(
        "E-mailadres;Relatie-ID;Status;Afmelddatum\n"
        "anna@example.nl;1;uitgeschreven;2023-03-01\n"
        "ben@example.nl;2;actief;\n"
    )

    rows = csv.DictReader(
        io.StringIO(exported(sqlite_intake, shape="Laposta")), delimiter=";"
    )

    assert [(row["Status"], row["Afmelddatum"]) for row in rows] == [
        ("unsubscribed", "2023-02-28T23:00:00+00:00"),
        ("active", ""),
    ]


def test_a_segment_leaves_the_others_out(intake: Intake) -> None:
    intake.take(OURS)

    rows = list(csv.DictReader(io.StringIO(exported(intake, {"region": "NL"}))))

    assert [row["email"] for row in rows] == ["anna@example.nl", "cleo@example.nl"]
    assert len(exported(intake, slug="elders").splitlines()) == 1


def test_who_was_never_proven_does_not_go_out_as_confirmed(intake: Intake) -> None:
    intake.take("email\nanna@example.nl\n", proof=None)

    [row] = csv.DictReader(io.StringIO(exported(intake)))
    assert row["status"] == "pending"


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (SuppressionReason.STAFF, "suppressed"),
        (SuppressionReason.BOUNCED, "bounced"),
        (SuppressionReason.COMPLAINED, "complained"),
        (SuppressionReason.LEFT, "ended"),
    ],
)
def test_a_suppression_goes_before_the_subscription(
    intake: Intake, reason: SuppressionReason, status: str
) -> None:
    intake.take("email\nanna@example.nl\n")
    with intake.database.write.begin() as session:
        suppression.suppress(session, address="anna@example.nl", reason=reason, now=NOW)

    [row] = csv.DictReader(io.StringIO(exported(intake)))
    assert row["status"] == status


@pytest.mark.parametrize(
    "cell", ["=1+1", "+31", "-1", "@SUM(A1)", "\t=1", "'=1", "''@x"]
)
def test_a_formula_is_defused(cell: str) -> None:
    assert defuse(cell) == "'" + cell
    assert restore(defuse(cell)) == cell


@given(st.text(st.sampled_from("'=+-@ax\t\r"), max_size=6))
def test_defusing_is_undone_exactly(cell: str) -> None:
    assert restore(defuse(cell)) == cell
    assert not defuse(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_an_ordinary_apostrophe_stays() -> None:
    assert defuse("'t Hart") == restore("'t Hart") == "'t Hart"
