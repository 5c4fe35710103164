"""The journal: what a killed process leaves behind, and when it tells nothing."""

import os
import threading
from pathlib import Path

import pytest

from newsletter.dispatch.flight import journal
from newsletter.dispatch.flight.journal import Holder
from newsletter.dispatch.flight.marks import Mark, PlacedMarks

HOLDER = Holder(mailing_id=12, chunk_id=40, token=3)


def write_one(folder: Path) -> None:
    """Five people: nobody knows, taken, never, not now, not reached."""
    made = journal.create(folder, HOLDER, places=5)
    for place in range(4):
        made.marks.handed_over(place)
    made.marks.accepted(1, "250 ok")
    made.marks.refused(2, "550 no")
    made.marks.later(3, "451 busy")
    made.close()


def test_what_a_process_marked_can_be_read_when_it_is_gone(tmp_path: Path) -> None:
    write_one(tmp_path)

    (found,) = journal.abandoned(tmp_path)

    assert found.holder == HOLDER
    assert found.marks == bytes(
        (
            Mark.HANDED_OVER,
            Mark.ACCEPTED,
            Mark.REFUSED,
            Mark.LATER,
            Mark.UNTOUCHED,
        )
    )
    found.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_journal_in_use_is_left_alone(tmp_path: Path) -> None:
    made = journal.create(tmp_path, HOLDER, places=5)

    assert list(journal.abandoned(tmp_path)) == []
    assert journal.is_held(tmp_path, chunk_id=40, token=3)
    assert not journal.is_held(tmp_path, chunk_id=40, token=4)
    made.remove()
    assert not journal.is_held(tmp_path, chunk_id=40, token=3)


def test_two_workers_never_replay_the_same_journal(tmp_path: Path) -> None:
    write_one(tmp_path)
    looking = journal.abandoned(tmp_path)
    found = next(looking)

    assert list(journal.abandoned(tmp_path)) == []
    found.remove()


def test_its_room_on_the_disk_is_there_before_anything_is_sent(tmp_path: Path) -> None:
    made = journal.create(tmp_path, HOLDER, places=100_000)
    (file,) = tmp_path.iterdir()

    assert file.stat().st_blocks * 512 >= 100_000
    made.remove()


def test_a_journal_of_another_boot_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_one(tmp_path)
    monkeypatch.setattr(journal, "boot_id", lambda: b"another machine!")

    (found,) = journal.abandoned(tmp_path)

    assert (found.holder, found.marks) == (HOLDER, None)
    found.remove()


@pytest.mark.parametrize(
    ("damage", "knows_whose"),
    [
        (lambda content: b"", False),
        (lambda content: content[:20], False),
        (lambda content: b"XXXX" + content[4:], False),
        (lambda content: content[:30] + b"\xff" + content[31:], False),
        (lambda content: content[:-1], True),
        (lambda content: content[:-1] + b"\x09", True),
    ],
    ids=["empty", "cut header", "wrong magic", "flipped bits", "cut body", "bad mark"],
)
def test_a_damaged_journal_tells_nothing(
    tmp_path: Path, damage: object, knows_whose: bool
) -> None:
    write_one(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))  # type: ignore[operator]

    (found,) = journal.abandoned(tmp_path)

    assert found.marks is None
    # The name says which claim it was, so that its chunk can be put in doubt.
    expected = HOLDER if knows_whose else Holder(0, 40, 3)
    assert found.holder == expected
    found.remove()


def test_a_full_disk_is_noticed_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", no_room)

    with pytest.raises(OSError, match="No space"):
        journal.create(tmp_path, HOLDER, places=5)
    assert list(tmp_path.iterdir()) == []


def test_a_provider_sees_places_of_its_own(tmp_path: Path) -> None:
    made = journal.create(tmp_path, HOLDER, places=5)
    marks = PlacedMarks(made.marks, [1, 4])

    marks.handed_over(0)
    marks.accepted(0)
    marks.later(1, "busy")

    assert [made.marks.mark(place) for place in range(5)] == [0, 2, 0, 0, 4]
    assert made.marks.words == {4: "busy"}
    made.remove()


def test_who_was_certainly_not_taken_can_be_put_back(tmp_path: Path) -> None:
    made = journal.create(tmp_path, HOLDER, places=5)
    marks = PlacedMarks(made.marks, [1, 4])

    marks.handed_over(0)
    marks.handed_over(1)
    marks.untouched(1)

    assert [made.marks.mark(place) for place in range(5)] == [0, 1, 0, 0, 0]
    made.remove()


def test_what_was_killed_before_it_had_its_name_is_swept(tmp_path: Path) -> None:
    beginning = tmp_path / ".40-3.journal.5a8fd088ae154024"
    beginning.write_bytes(b"")

    assert list(journal.abandoned(tmp_path)) == []
    assert not beginning.exists()


def test_nobody_who_begins_a_journal_is_hurt_by_who_sweeps(tmp_path: Path) -> None:
    over = threading.Event()

    def sweep() -> None:
        while not over.is_set():
            for found in journal.abandoned(tmp_path):
                found.close()

    sweeping = threading.Thread(target=sweep)
    sweeping.start()
    try:
        for token in range(300):
            made = journal.create(tmp_path, Holder(12, 40, token), places=5)
            made.marks.accepted(1)
            made.remove()
    finally:
        over.set()
        sweeping.join()
    assert list(tmp_path.iterdir()) == []
