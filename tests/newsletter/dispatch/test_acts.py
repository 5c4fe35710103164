"""What a person may do to a mailing: start it once, pause, resume, cancel, retry."""

import pytest

from newsletter.dispatch import mailings
from newsletter.dispatch.errors import AlreadyStarted, NotNowPossible
from tests.factories import audit_lines
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import BY, Village, check_sums


def test_a_second_start_changes_nothing_and_names_the_first(village: Village) -> None:
    village.build("anna")
    village.start()
    before = village.receipt()

    with pytest.raises(AlreadyStarted, match="started by operator and is being sent"):
        village.start()

    assert village.receipt() == before
    village.work()
    with pytest.raises(AlreadyStarted, match="was sent on Friday 20 November 2026"):
        village.start()
    village.work()
    assert set(village.outbox()) == {"anna"}


def test_pause_stops_before_the_next_hand_over_and_resume_goes_on(
    village: Village, scripted: Scripted
) -> None:
    village.build(*"abcdef")
    village.start()
    seen: list[str] = []

    def pause_at_the_second(name: str) -> None:
        seen.append(name)
        if len(seen) == 2:
            village.pause()
            _wait_for_a_look()

    scripted.before_each = pause_at_the_second
    village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["accepted"], document["waiting"]) == (
        "paused",
        1,
        5,
    )
    village.work()
    assert village.receipt() == document, "nothing is claimed while it is paused"
    village.resume()
    village.work()
    assert village.receipt()["accepted"] == 6
    assert set(scripted.got.values()) == {1}


def test_cancel_is_for_good_and_counts_what_went(
    village: Village, scripted: Scripted
) -> None:
    village.build(*"abcdef")
    village.start()
    seen: list[str] = []

    def cancel_at_the_second(name: str) -> None:
        seen.append(name)
        if len(seen) == 2:
            village.cancel()
            _wait_for_a_look()

    scripted.before_each = cancel_at_the_second
    village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["accepted"], document["cancelled"]) == (
        "cancelled",
        1,
        5,
    )
    with pytest.raises(NotNowPossible, match="is cancelled"):
        village.pause()
    with pytest.raises(NotNowPossible, match="is cancelled"):
        village.cancel()


def _wait_for_a_look() -> None:
    """Longer than the hold takes to see what a person did."""
    import time

    from newsletter.dispatch.flight.hold import LOOK_SECONDS

    time.sleep(LOOK_SECONDS + 0.3)


def test_retry_takes_only_who_was_refused(village: Village, scripted: Scripted) -> None:
    village.build("anna", "ben", "cleo")
    scripted.answers = {"ben": "refuse", "cleo": "silence"}
    village.start()
    village.work()

    scripted.answers = {}
    tried = village.retry()
    assert tried == 1
    assert village.receipt()["state"] == "sending"
    village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["accepted"], document["in_doubt"]) == (2, 1)
    assert document["state"] == "sent"
    assert scripted.got == {"anna": 1, "ben": 1}
    with pytest.raises(NotNowPossible, match="Nobody was refused"):
        village.retry()


def test_every_act_is_in_the_audit_log(village: Village) -> None:
    village.build("anna")
    village.start()
    village.act(
        lambda s, i: mailings.pause(s, i, by="anna@redactie.nl", now=village.now)
    )
    village.cancel()

    with village.database.read() as session:
        lines = audit_lines(session, "issue 42")
    acts = [(line.act, line.by) for line in lines if line.act.startswith("mailing.")]
    assert acts == [
        ("mailing.start", BY),
        ("mailing.pause", "anna@redactie.nl"),
        ("mailing.cancel", BY),
    ]
