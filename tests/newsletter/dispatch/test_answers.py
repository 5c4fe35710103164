"""What the provider answers decides what becomes of a delivery and its mailing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.dispatch.flight.pace.retry import waits_within
from newsletter.dispatch.models import Delivery
from newsletter.providers.base import ProviderBusy, ProviderMisconfigured
from newsletter.worker import WorkerTrouble
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import Village, check_sums


def test_an_answer_decides_what_a_delivery_becomes(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben", "cleo", "dirk")
    scripted.answers = {"ben": "refuse", "cleo": "later", "dirk": "silence"}
    village.start()
    village.work()

    document = village.receipt()
    check_sums(document)
    assert [document[s] for s in ("accepted", "refused", "waiting", "in_doubt")] == [
        1,
        1,
        1,
        1,
    ]
    assert document["state"] == "sending"
    with village.database.read() as session:
        details = {d.detail for d in session.scalars(select(Delivery))}
    assert "550 <(address)> unknown here" in details, "the ledger holds no address"


def test_later_is_tried_again_when_it_is_due_and_ends(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben")
    scripted.answers = {"ben": "later"}
    village.start()
    village.work()

    village.work(later=timedelta(minutes=4))
    assert len(scripted.chunks) == 1, "not before its time"
    for _ in range(60):
        village.work(later=timedelta(hours=1))
        check_sums(village.receipt())

    document = village.receipt()
    assert (document["accepted"], document["refused"]) == (1, 1)
    assert document["state"] == "sent"
    assert scripted.got == {"anna": 1}
    assert len(scripted.chunks) == 1 + len(waits_within(48))


def test_a_provider_that_refuses_us_pauses_the_mailing_with_its_words(
    village: Village, scripted: Scripted
) -> None:
    village.build(*"abcdef")
    village.start()
    scripted.fails = {
        name: ProviderMisconfigured("The key was refused. Set a new one.")
        for name in "abcdef"
    }

    with pytest.raises(WorkerTrouble, match="key was refused"):
        village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["waiting"]) == ("paused", 6)
    assert "key was refused" in document["reason"]
    assert len(scripted.chunks) == 1, "it is not asked again and again"

    scripted.fails = {}
    village.resume()
    village.work()
    assert village.receipt()["accepted"] == 6
    assert "reason" not in village.receipt()


def test_who_a_refused_key_left_waiting_is_due_at_once_when_it_is_mended(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben")
    village.start()
    scripted.answers = {"anna": "later"}  # so says SendGrid of all in the request
    scripted.fails = {"ben": ProviderMisconfigured("The key was refused.")}
    with pytest.raises(WorkerTrouble):
        village.work()

    scripted.answers, scripted.fails = {}, {}
    village.resume()
    village.work()

    assert village.receipt()["accepted"] == 2


def test_a_busy_provider_is_left_alone_until_it_said(
    village: Village, scripted: Scripted
) -> None:
    village.build(*"abcdefghi")
    village.start()
    scripted.fails = {n: ProviderBusy("429", seconds=600) for n in "abcdefghi"}

    village.work()

    assert len(scripted.chunks) == 1, "the other chunks wait as well"
    assert village.receipt()["waiting"] == 9
    scripted.fails = {}
    village.work(later=timedelta(seconds=599))
    assert not scripted.got
    village.work(later=timedelta(seconds=1))
    assert village.receipt()["accepted"] == 9


def test_a_mistake_of_ours_pauses_instead_of_repeating(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben")
    village.start()
    scripted.fails = {"anna": KeyError("oops")}  # type: ignore[dict-item]

    with pytest.raises(WorkerTrouble, match="KeyError"):
        village.work()

    assert village.receipt()["state"] == "paused"


def test_a_provider_gets_no_more_at_a_time_than_it_carries(
    village: Village, scripted: Scripted
) -> None:
    village.build(*"abc")
    scripted.chunk_size = 2
    village.start()
    village.work()

    assert [len(chunk.recipients) for chunk in scripted.chunks] == [2, 1]
    assert village.receipt()["accepted"] == 3
