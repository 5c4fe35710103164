"""A mailing keeps to the rates and the hours of its settings, in one worker."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database.driver import Transaction
from newsletter.dispatch.flight.pace import limits
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.worker import run_once
from subscribers.models import Subscriber
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.test_service_mail import queue_sign_in
from tests.newsletter.dispatch.village import Village, check_sums
from tests.newsletter.issues.world import World

READERS = [f"reader{number:02}" for number in range(40)]
EVENING = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)  # 22:00 in Amsterdam
MORNING = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)  # 08:00
BY_DAY = {"BUURTPOST_SENDING_HOURS": "08:00-20:00", "BUURTPOST_CHUNK": "100"}


def work_in_real_time(village: Village) -> float:
    """One run of a worker whose clock goes; how many seconds it took."""
    began = time.monotonic()

    def now() -> datetime:
        return village.now + timedelta(seconds=time.monotonic() - began)

    run_once(replace(village.context, now=now))
    return time.monotonic() - began


def sizes(scripted: Scripted) -> list[int]:
    return [len(chunk.recipients) for chunk in scripted.chunks]


def mailing_of(village: Village) -> Mailing:
    with village.database.read() as session:
        return session.query(Mailing).one()


def test_a_chunk_goes_in_parts_of_a_second(
    village: Village, scripted: Scripted
) -> None:
    village.with_settings(BUURTPOST_RATE="20", BUURTPOST_CHUNK="100")
    village.build(*READERS, editions=())
    village.start()

    seconds = work_in_real_time(village)

    assert sizes(scripted) == [20, 20]
    assert seconds >= 0.7
    assert village.receipt()["accepted"] == 40


def test_less_than_one_a_second_goes_one_by_one(
    village: Village, scripted: Scripted
) -> None:
    village.with_settings(BUURTPOST_RATE="0.8")
    village.build("anna", "ben", "cleo")
    village.start()

    seconds = work_in_real_time(village)

    assert sizes(scripted) == [1, 1, 1]
    assert seconds >= 2.2
    assert village.receipt()["state"] == "sent"


def test_whoever_waits_for_the_rate_obeys_a_pause_within_two_seconds(
    village: Village, scripted: Scripted
) -> None:
    village.with_settings(BUURTPOST_RATE="0.1")
    village.build("anna", "ben", "cleo")
    village.start()
    worker = threading.Thread(target=work_in_real_time, args=[village])
    worker.start()
    while not scripted.got:
        time.sleep(0.05)

    village.pause()
    paused = time.monotonic()
    worker.join(timeout=30)

    assert time.monotonic() - paused < 2.5
    document = village.receipt()
    check_sums(document)
    assert (document["accepted"], document["waiting"]) == (1, 2)


def test_a_limited_domain_lets_the_others_go_first(
    village: Village, scripted: Scripted
) -> None:
    def also(world: World) -> None:
        for name in READERS[::4]:
            reader = world.session.query(Subscriber).filter_by(
                address=f"{name}@example.nl"
            )
            reader.one().address = f"{name}@example.org"

    village.with_settings(BUURTPOST_DOMAIN_RATES="example.nl=10", BUURTPOST_CHUNK="15")
    village.build(*READERS, editions=(), also=also)
    village.start()

    seconds = work_in_real_time(village)

    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["accepted"]) == ("sent", 40)
    assert scripted.got == dict.fromkeys(READERS, 1)
    assert seconds >= 1.5, "thirty readers at ten a second"
    domains = [
        r.address.partition("@")[2] for c in scripted.chunks for r in c.recipients
    ]
    assert domains[-10:] == ["example.nl"] * 10
    with village.database.read() as session:
        assert {d.attempts for d in session.query(Delivery)} == {1}


def test_what_waits_for_a_domain_is_claimed_again_in_steps(
    village: Village, scripted: Scripted
) -> None:
    village.with_settings(BUURTPOST_DOMAIN_RATES="example.nl=10", BUURTPOST_CHUNK="100")
    village.build(*READERS, editions=())
    village.start()

    work_in_real_time(village)

    assert sum(sizes(scripted)) == 40
    assert len(scripted.chunks) <= 7, "not for one mail alone"


def test_the_desk_says_that_a_domain_has_its_rate(
    village: Village, scripted: Scripted
) -> None:
    village.with_settings(BUURTPOST_DOMAIN_RATES="example.nl=0.01")
    village.build("anna", "ben")
    village.start()
    seen: list[dict[str, Any]] = []

    def look() -> None:
        while not scripted.got:
            time.sleep(0.05)
        time.sleep(0.5)
        seen.append(village.receipt(now=village.now))
        village.pause()

    looking = threading.Thread(target=look)
    looking.start()
    work_in_real_time(village)
    looking.join()

    assert seen[0]["reason_code"] == "domain_rate"
    assert seen[0]["until"] > village.now.isoformat()


def test_outside_the_hours_nothing_is_claimed_and_the_receipt_says_until_when(
    village: Village, scripted: Scripted
) -> None:
    village.with_settings(**BY_DAY)
    village.build("anna", "ben")
    village.now = EVENING
    village.start()

    village.work()
    village.work(later=timedelta(hours=9, minutes=59))
    assert not scripted.chunks
    document = village.receipt(now=village.now)
    assert document["state"] == "sending"
    assert document["reason"] == "Mailings are sent between 08:00 and 20:00."
    assert document["until"] == MORNING.isoformat()

    village.work(later=timedelta(minutes=1))

    assert village.now == MORNING
    assert village.receipt()["state"] == "sent"
    assert (mailing_of(village).waiting, mailing_of(village).waiting_since) == (
        "",
        None,
    )


def test_closing_time_stops_a_mailing_under_way(
    village: Village, scripted: Scripted
) -> None:
    village.with_settings(**BY_DAY)
    village.build("anna", "ben", "cleo")

    def close_before_the_second(_name: str) -> None:
        if scripted.got:
            village.now = EVENING
            time.sleep(2)  # it is noticed within one

    scripted.before_each = close_before_the_second
    village.start()
    village.work()
    document = village.receipt()
    check_sums(document)
    assert (document["accepted"], document["waiting"]) == (1, 2)

    village.now = MORNING
    scripted.before_each = lambda _name: None
    village.work()
    assert scripted.got == {"anna": 1, "ben": 1, "cleo": 1}


def test_service_mail_goes_at_any_hour(village: Village, scripted: Scripted) -> None:
    village.with_settings(**BY_DAY)
    village.now = EVENING
    queue_sign_in(village)

    village.work()

    assert scripted.got == {"anna": 1}


def test_a_start_at_night_is_moved_to_the_opening(village: Village) -> None:
    village.with_settings(**BY_DAY)
    village.build("anna")

    village.start(at=EVENING)

    assert mailing_of(village).start_at == MORNING
    village.now = EVENING + timedelta(minutes=1)
    village.work()
    assert village.receipt()["state"] == "scheduled"
    village.now = MORNING
    village.work()
    assert village.receipt()["accepted"] == 1


@contextmanager
def statements_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    said: list[str] = []
    execute = Transaction._execute

    def counted(self: Transaction, statement: str, values: Any) -> None:
        said.append(statement)
        execute(self, statement, values)

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "_execute", counted)
        yield said


def test_without_rate_limit_and_hours_nothing_is_asked_for_it(
    village: Village, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.with_settings(BUURTPOST_CHUNK="10")
    village.build(*READERS, editions=())
    village.start()

    with statements_counted(monkeypatch) as said:
        village.work()

    assert sizes(scripted) == [10] * 4
    of_pace = [one for one in said if "bucket" in one or "provider_" in one]
    assert of_pace == [limits.IS_KNOWN], "once, not once a chunk"
    assert not [one for one in said if "SET waiting" in one or "answers =" in one]


def test_a_clock_that_steps_back_an_hour_does_not_stop_the_rate(
    village: Village, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.with_settings(BUURTPOST_RATE="2", BUURTPOST_CHUNK="10")
    village.build("anna", "ben", "cleo", "dora", editions=())
    village.start()
    real = time.time

    def step_back(_name: str) -> None:
        if len(scripted.got) == 1:
            monkeypatch.setattr(time, "time", lambda: real() - 3600)

    scripted.before_each = step_back
    seconds = work_in_real_time(village)

    assert seconds < 10
    assert village.receipt()["accepted"] == 4
