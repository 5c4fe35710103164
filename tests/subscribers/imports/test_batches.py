"""A file is taken batch by batch, beside whoever else writes; no batch is half."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from subscribers import verification
from subscribers.imports import intake as intake_module
from subscribers.lists import find_list
from tests.conftest import NOW
from tests.factories import a_sign_up
from tests.subscribers.imports.conftest import PROOF, Intake, counts, reasons


def test_a_long_file_is_taken_batch_by_batch(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "BATCH_ROWS", 7)
    lines = [f"reader{number}@example.nl,lpb" for number in range(30)]
    lines += ["reader3@example.nl,lpb"]

    report = intake.take("\n".join(["email,partners", *lines]))

    assert counts(report) == (31, 30, 0, 0, 0, 1)
    assert reasons(report) == {32: "The same address stands on line 5 already."}
    assert len(intake.ledger()) == 60
    with intake.database.read() as session:
        assert verification.verify(session) == []


def test_an_import_that_fails_later_keeps_what_was_committed(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "BATCH_ROWS", 2)
    lines = "\n".join(f"reader{number}@example.nl" for number in range(6))
    write, calls = intake_module.bulk.write, []

    def fails_the_second_time(*args: object) -> None:
        calls.append(1)
        write(*args)  # type: ignore[arg-type]
        if len(calls) == 2:
            raise RuntimeError("the lights went out")

    monkeypatch.setattr(intake_module.bulk, "write", fails_the_second_time)
    with pytest.raises(RuntimeError):
        intake.take(f"email\n{lines}\n")
    assert len(intake.states()) == 2
    monkeypatch.setattr(intake_module.bulk, "write", write)

    report = intake.take(f"email\n{lines}\n")

    assert counts(report) == (6, 6, 0, 2, 0, 0)
    with intake.database.read() as session:
        assert verification.verify(session) == []


def test_two_files_at_once_with_the_same_people_are_both_taken(intake: Intake) -> None:
    people = [f"reader{number}@example.nl" for number in range(1_500)]
    files = []
    for name, order in [("up", people), ("down", people[::-1])]:
        files.append(intake.folder / f"{name}.csv")
        files[-1].write_text("\n".join(["email", *order]))

    def take(path: Path) -> tuple[int, int]:
        report = intake_module.import_readers(
            intake.database,
            path,
            mailing_list="wijs",
            proof=PROOF,
            mapping={},
            dry_run=False,
            now=NOW,
        )
        return report.taken, report.unchanged

    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(take, files))

    assert sorted(both) == [(1_500, 0), (1_500, 1_500)]
    assert len(intake.ledger()) == 1_500


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_signs_up_while_a_batch_is_decided_is_looked_at_again(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_of, looks = intake_module.known_of, []

    def known_then_a_sign_up(session, rows, list_id):
        known = known_of(session, rows, list_id)
        if not looks:
            with intake.database.write.begin() as another:
                a_sign_up(another, find_list(another, "wijs"), "ben@example.nl")
        looks.append(len(rows))
        return known

    monkeypatch.setattr(intake_module, "known_of", known_then_a_sign_up)
    report = intake.take(
        "email,name\nanna@example.nl,Anna\nben@example.nl,Ben\nben@,\n"
    )

    assert looks == [2, 2]
    assert counts(report) == (3, 2, 1, 0, 0, 1)
    assert intake.states() == {"anna": "confirmed", "ben": "confirmed"}
    assert [(who, act) for who, act, _, _ in intake.ledger()] == [
        ("ben", "requested"),
        ("anna", "imported"),
        ("ben", "imported"),
    ]
    with intake.database.read() as session:
        assert verification.verify(session) == []


def test_what_the_database_refuses_for_good_ends_the_import(
    sqlite_intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_arguments: object) -> None:
        raise IntegrityError("insert", None, Exception("no"))

    monkeypatch.setattr(intake_module.bulk, "write", refuses)

    with pytest.raises(IntegrityError):
        sqlite_intake.take("email\nanna@example.nl\n")
    assert sqlite_intake.states() == {}
