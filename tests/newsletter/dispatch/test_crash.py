"""What the dead left behind, where a clock or a look inside is needed to see it.

Real workers killed by real signals are in ``tests/faults``.
"""

from datetime import timedelta

import pytest

from newsletter.dispatch.flight import journal, ledger, recovery
from tests.newsletter.dispatch.fakes import Killed, Scripted
from tests.newsletter.dispatch.village import Village, check_sums


def killed_in_mid_chunk(village: Village, scripted: Scripted) -> None:
    """The second of three is handed over when the process dies."""
    village.build("anna", "ben", "cleo")
    village.start()
    order: list[str] = []

    def die_at_the_second(name: str) -> None:
        order.append(name)
        if len(order) == 2:
            scripted.answers[name] = "killed"

    scripted.before_each = die_at_the_second
    with pytest.raises(Killed):
        village.work()
    scripted.before_each = lambda _name: None
    assert village.receipt()["sending"] == 3


def test_after_a_power_cut_the_unrecorded_rest_is_in_doubt(
    village: Village, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_in_mid_chunk(village, scripted)
    monkeypatch.setattr(journal, "boot_id", lambda: b"after the reboot")

    village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["in_doubt"], document["state"]) == (3, "sent")
    assert sum(scripted.got.values()) == 1


def test_of_a_host_that_is_gone_the_unrecorded_rest_is_in_doubt_after_the_lease(
    village: Village, scripted: Scripted
) -> None:
    killed_in_mid_chunk(village, scripted)
    for file in village.settings.journals.iterdir():
        file.unlink()

    village.work(later=ledger.LEASE - timedelta(seconds=1))
    assert village.receipt()["sending"] == 3, "it may still come back"
    village.work(later=timedelta(seconds=1))

    assert village.receipt()["in_doubt"] == 3
    assert sum(scripted.got.values()) == 1


def test_nobody_in_doubt_is_mailed_again_by_itself(
    village: Village, scripted: Scripted
) -> None:
    killed_in_mid_chunk(village, scripted)
    for _ in range(100):
        village.work(later=timedelta(hours=1))

    document = village.receipt()
    check_sums(document)
    assert (document["accepted"], document["in_doubt"]) == (2, 1)
    assert max(scripted.got.values()) == 1


def test_a_worker_that_lost_its_lease_records_nothing(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben", "cleo")
    village.start()

    def lose_it(_name: str) -> None:
        """The host was cut off for longer than the lease; another one took over."""
        scripted.before_each = lambda _name: None
        for file in village.settings.journals.iterdir():
            file.rename(file.with_suffix(".elsewhere"))
        village.work(later=ledger.LEASE)

    scripted.before_each = lose_it
    village.work()

    document = village.receipt()
    check_sums(document)
    assert document["in_doubt"] == 3
    assert document["accepted"] == 0


def test_a_stale_journal_changes_nothing(village: Village, scripted: Scripted) -> None:
    village.build("anna", "ben", "cleo")
    village.start()
    stale = journal.create(
        village.settings.journals, journal.Holder(1, 1, 77), places=3
    )
    stale.marks.handed_over(0)
    stale.close()

    village.work()

    assert village.receipt()["accepted"] == 3
    assert list(village.settings.journals.iterdir()) == []


def test_a_journal_that_could_not_be_recorded_is_replayed_by_the_same_worker(
    village: Village, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_in_mid_chunk(village, scripted)
    with monkeypatch.context() as patch:
        patch.setattr(recovery, "record", _cut_off)
        with pytest.raises(Killed):
            village.recover()

    village.work()

    document = village.receipt()
    assert (document["accepted"], document["in_doubt"]) == (2, 1)
    assert list(village.settings.journals.iterdir()) == []


def test_a_claim_that_never_committed_speaks_for_no_later_one(
    village: Village, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.build("anna", "ben", "cleo")
    village.start()
    with monkeypatch.context() as patch:
        patch.setattr(ledger, "_take_readers", _cut_off)
        with pytest.raises(Killed):
            village.work()
    (stale,) = village.settings.journals.iterdir()

    def replay_the_stale_one(_name: str) -> None:
        """Another worker comes by while the second claim is being sent."""
        village.recover()

    scripted.before_each = replay_the_stale_one
    village.work()

    assert not stale.exists()
    assert scripted.got == {"anna": 1, "ben": 1, "cleo": 1}
    assert village.receipt()["accepted"] == 3


def _cut_off(*_given: object, **_named: object) -> None:
    raise Killed
