"""When a mailing stops by itself or waits: the reason, and how it goes on."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from newsletter.dispatch.flight.pace import limits
from newsletter.dispatch.models import Mailing, ProviderLimit, ProviderTaken
from newsletter.dispatch.sending import flight_of
from newsletter.providers import base
from newsletter.providers.base import ProviderBusy
from newsletter.reasons import Code, read_reason, reason
from newsletter.worker import WorkerTrouble
from tests.conftest import Begin
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import Village, check_sums

READERS = [f"reader{number:02}" for number in range(60)]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def scripted(scripted: Scripted) -> Scripted:
    scripted.name = "outbox"  # whose place it takes
    return scripted


@pytest.fixture
def started(village: Village, scripted: Scripted, begin: Begin) -> Iterator[Village]:
    """Sixty readers, ten in a chunk."""

    def start() -> None:
        village.build(*READERS, editions=())
        village.start()

    village.with_settings(BUURTPOST_CHUNK="10")
    begin("sixty_in_tens", village.home, start)
    yield village
    check_sums(village.receipt())


def mailing_of(village: Village) -> Mailing:
    with village.database.read() as session:
        return session.query(Mailing).one()


def refuse(scripted: Scripted, names: list[str], words: str) -> None:
    scripted.answers = dict.fromkeys(names, "refuse")
    scripted.words = {name: words.format(name) for name in names}


def no_more(_name: str) -> base.ProviderLimit:
    return base.ProviderLimit(
        reason(Code.SAID, words="450 daily limit reached"), seconds=3600, period="daily"
    )


def enough_after(mails: int, scripted: Scripted) -> None:
    """The provider takes so many, and then tells its limit."""

    def look(name: str) -> None:
        if len(scripted.got) == mails:
            scripted.fails[name] = no_more(name)

    scripted.before_each = look


def learnt(village: Village) -> int | None:
    with village.database.read() as session:
        return session.query(ProviderLimit).one().most


def learn(village: Village, *, most: int, told_at: datetime) -> None:
    """The provider said so then, and opened again an hour after."""
    flight = flight_of(village.context)
    with closing(flight.open_driver()) as driver, driver.transaction() as transaction:
        transaction.run(
            limits.LEARN,
            provider="outbox",
            most=most,
            window_seconds=86_400,
            now=driver.moment(told_at),
            until=driver.moment(told_at + HOUR),
        )


def test_a_limit_that_is_told_is_learnt_and_nobodys_try_is_spent(
    started: Village, scripted: Scripted
) -> None:
    enough_after(33, scripted)
    started.work()

    assert learnt(started) == 33
    document = started.receipt(now=started.now)
    assert (document["accepted"], document["waiting"]) == (33, 27)
    assert document["reason"] == "450 daily limit reached"
    assert document["until"] == (started.now + HOUR).isoformat()

    scripted.before_each, scripted.fails = lambda _name: None, {}
    started.work(later=HOUR)
    assert started.receipt()["state"] == "sent"
    assert mailing_of(started).waiting == ""


def test_the_next_mailing_stops_before_the_limit_and_goes_on_when_there_is_room(
    started: Village, scripted: Scripted
) -> None:
    learn(started, most=40, told_at=started.now - 6 * DAY)

    started.work()

    document = started.receipt(now=started.now)
    assert document["accepted"] == 38, "two before it says so"
    assert document["reason_code"] == "day_full"
    assert "40 mails a day" in document["reason"]
    until = mailing_of(started).waiting
    found = read_reason(until)
    assert found is not None
    assert found.until is not None
    assert DAY <= found.until - started.now <= DAY + HOUR

    started.work(later=DAY - HOUR)
    assert started.receipt()["accepted"] == 38
    started.work(later=2 * HOUR)
    assert started.receipt()["state"] == "sent"
    with started.database.read() as session:
        assert sum(row.taken for row in session.query(ProviderTaken)) == 22


def test_whoever_knows_that_the_limit_is_gone_pauses_and_resumes(
    started: Village, scripted: Scripted
) -> None:
    learn(started, most=40, told_at=started.now - 6 * DAY)
    started.work()
    assert started.receipt(now=started.now)["reason_code"] == "day_full"

    started.pause()
    started.resume()
    started.work()

    assert started.receipt()["state"] == "sent"


def test_while_a_provider_is_closed_a_new_mailing_does_not_ask_it(
    village: Village, scripted: Scripted
) -> None:
    learn(village, most=40, told_at=village.now)
    village.build("anna")
    village.start()

    village.work()

    assert not scripted.chunks
    village.work(later=HOUR)
    assert scripted.got == {"anna": 1}


def test_a_resumed_mailing_asks_a_busy_provider_at_once(
    started: Village, scripted: Scripted
) -> None:
    scripted.fails = {name: no_more(name) for name in READERS}
    started.work()
    assert not scripted.got

    scripted.fails = {}
    started.pause()
    started.resume()
    started.work()

    assert started.receipt()["state"] == "sent"


def test_enough_after_a_few_mails_teaches_nothing(
    started: Village, scripted: Scripted
) -> None:
    enough_after(3, scripted)
    started.work()

    assert learnt(started) is None
    assert started.receipt()["waiting"] == 57


def test_too_many_who_do_not_exist_pause_the_mailing(
    started: Village, scripted: Scripted
) -> None:
    refuse(scripted, READERS[::4], "550 5.1.1 <{}@example.nl> User unknown")

    with pytest.raises(WorkerTrouble, match="no such reader"):
        started.work()

    document = started.receipt()
    assert document["state"] == "paused"
    assert document["reason_code"] == "many_unknown"
    assert document["accepted"] + document["refused"] == 50
    assert "@" not in document["reason"]


def test_receivers_that_refuse_us_pause_it_and_their_words_are_kept_without_address(
    started: Village, scripted: Scripted
) -> None:
    words = "550 5.7.1 <{}@example.nl> blocked for its reputation"
    refuse(scripted, READERS[::2], words)

    with pytest.raises(WorkerTrouble):
        started.work()

    document = started.receipt()
    assert document["reason_code"] == "many_blocked"
    assert "blocked for its reputation" in document["reason"]
    assert "@" not in document["reason"]


def test_in_one_large_chunk_not_everybody_is_sent_to_a_server_that_refuses(
    village: Village, scripted: Scripted
) -> None:
    everybody = [f"reader{number:03}" for number in range(150)]
    village.with_settings(BUURTPOST_CHUNK="500")
    village.build(*everybody, editions=())
    village.start()
    refuse(scripted, everybody, "550 5.7.1 <{}@example.nl> blocked")

    with pytest.raises(WorkerTrouble):
        village.work()

    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["refused"]) == ("paused", 50)
    assert document["waiting"] == 100


def test_a_resumed_mailing_does_not_stop_for_what_was_answered_before(
    started: Village, scripted: Scripted
) -> None:
    scripted.answers = dict.fromkeys(READERS, "refuse")
    with pytest.raises(WorkerTrouble):
        started.work()
    assert started.receipt()["refused"] == 50

    started.resume()
    started.work()

    assert started.receipt()["state"] == "sent"
    assert started.receipt()["refused"] == 60


def test_a_mailing_in_which_nobody_waits_any_more_is_not_paused(
    village: Village, scripted: Scripted
) -> None:
    village.with_settings(BUURTPOST_CHUNK="10")
    village.build(*READERS[:50], editions=())
    village.start()
    scripted.answers = dict.fromkeys(READERS, "refuse")

    village.work()

    assert village.receipt()["state"] == "sent"


def test_who_was_refused_and_is_tried_again_begins_a_new_count(
    village: Village, scripted: Scripted
) -> None:
    village.with_settings(BUURTPOST_CHUNK="10")
    village.build(*READERS[:50], editions=())
    village.start()
    scripted.answers = dict.fromkeys(READERS, "refuse")
    village.work()
    scripted.answers = dict.fromkeys(READERS[:5], "refuse")

    village.retry()
    village.work()

    document = village.receipt()
    assert (document["state"], document["accepted"]) == ("sent", 45)


def test_a_relay_that_stays_away_is_said_to_and_forgotten_when_it_is_back(
    started: Village, scripted: Scripted
) -> None:
    away = ProviderBusy(
        reason(Code.SMTP_UNREACHABLE, relay="relay:25", words="refused"), seconds=60
    )
    scripted.fails = dict.fromkeys(READERS, away)
    began = started.now

    started.work()
    assert started.receipt(now=started.now)["reason_code"] == "smtp_unreachable"
    for _ in range(35):
        started.work(later=timedelta(minutes=1))

    document = started.receipt(now=started.now)
    assert document["reason_code"] == "smtp_unreachable_long"
    assert "for 35 minutes: refused" in document["reason"]
    assert mailing_of(started).waiting_since == began
    assert document["state"] == "sending", "it goes on by itself"

    scripted.fails = {}
    started.work(later=timedelta(minutes=1))
    assert started.receipt()["state"] == "sent"
    assert mailing_of(started).waiting_since is None
