"""Several workers at once: each chunk is one's, and the end is noticed once."""

import threading
from typing import Any

import pytest

from newsletter.dispatch import mailings, plan
from newsletter.dispatch.flight import ledger
from newsletter.dispatch.flight.letters import Reader
from newsletter.issues.compose import find_issue
from newsletter.worker import run_once
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import Village, check_sums


def test_several_workers_share_a_mailing(village: Village, scripted: Scripted) -> None:
    names = [f"reader{number}" for number in range(40)]
    village.build(*names)
    village.start()
    troubles: list[BaseException] = []

    def work() -> None:
        try:
            run_once(village.context)
        except BaseException as error:
            troubles.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        check_sums(village.receipt())
    for worker in workers:
        worker.join()

    assert troubles == []
    document = village.receipt()
    assert (document["state"], document["accepted"]) == ("sent", 40)
    assert scripted.got == dict.fromkeys(names, 1)


def test_two_starts_at_once_make_one_mailing(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben")
    said: list[str] = []

    def start() -> None:
        try:
            village.start()
            said.append("started")
        except Exception as error:
            said.append(type(error).__name__)

    starts = [threading.Thread(target=start) for _ in range(3)]
    for one in starts:
        one.start()
    for one in starts:
        one.join()
    village.work()

    assert sorted(said) == ["AlreadyStarted", "AlreadyStarted", "started"]
    assert scripted.got == {"anna": 1, "ben": 1}
    assert village.receipt()["candidates"] == 2


def test_a_worker_and_a_command_that_freeze_at_once_add_nobody_twice(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben")
    with village.database.write.begin() as session:
        mailing_id = mailings.start(
            session, village.settings, find_issue(session, 42), by="x", now=village.now
        ).id
    troubles: list[BaseException] = []

    def freeze() -> None:
        try:
            plan.freeze(village.database, village.settings, mailing_id, village.now)
        except BaseException as error:
            troubles.append(error)

    threads = [threading.Thread(target=freeze) for _ in range(2)]
    threads.append(threading.Thread(target=lambda: run_once(village.context)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    village.work()

    assert troubles == []
    assert scripted.got == {"anna": 1, "ben": 1}
    document = village.receipt()
    check_sums(document)
    assert document["candidates"] == 2


def test_a_cancel_and_a_claim_at_once_do_not_wait_for_each_other(
    village: Village, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.build("anna", "ben", "cleo")
    village.start()
    troubles: list[BaseException] = []

    def cancel() -> None:
        try:
            village.cancel()
        except BaseException as error:
            troubles.append(error)

    cancelling = threading.Thread(target=cancel)
    take = ledger._take_readers

    def take_slowly(*which: Any, **named: Any) -> list[Reader]:
        """The chunk is leased, its deliveries are not yet."""
        cancelling.start()
        cancelling.join(0.5)
        return take(*which, **named)

    monkeypatch.setattr(ledger, "_take_readers", take_slowly)
    scripted.before_each = lambda _name: cancelling.join()
    village.work()

    assert troubles == []
    document = village.receipt()
    check_sums(document)
    assert document["state"] == "cancelled"
    assert document["accepted"] + document["cancelled"] == 3
    assert document["accepted"] == sum(scripted.got.values())
