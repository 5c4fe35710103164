"""SMTP: two chunks at a time over the same connections, each with its own trouble."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest

from newsletter.providers.base import (
    Chunk,
    Marks,
    ProviderBusy,
    ProviderMisconfigured,
    Stop,
)
from newsletter.providers.smtp import SmtpProvider, open_smtp
from newsletter.providers.smtp.connection import Patience
from newsletter.settings import read_settings
from tests.newsletter.providers.letters import Journal, crowd, message, never
from tests.stand_ins.relay import HANG_UP, SILENCE, Relay
from tests.stand_ins.smtp import Misbehaviour, SmtpStandIn, for_address, for_everyone

CROWD = 40
PATIENCE = Patience(connect=2, command=2, dot=2)


def provider_of(url: str, *, patience: Patience = PATIENCE) -> SmtpProvider:
    settings = read_settings(
        {
            "BUURTPOST_PROVIDER": "smtp",
            "BUURTPOST_SECRET_KEY": "a key for tests",
            "BUURTPOST_SMTP_URL": url,
        }
    )
    return open_smtp(settings, patience=patience)


class Sending:
    """One provider, used from two threads."""

    def __init__(self, provider: SmtpProvider, threads: ThreadPoolExecutor) -> None:
        self.provider = provider
        self._threads = threads

    def start(
        self, chunk: Chunk, journal: Marks, *, until: Stop = never
    ) -> "Future[None]":
        return self._threads.submit(
            self.provider.send, chunk, marks=journal, until=until
        )

    def send_to_its_end(self, one: Journal, other: Journal) -> None:
        for sent in [self.start(first(), one), self.start(second(), other)]:
            sent.result()


@contextmanager
def sending(url: str, *, patience: Patience = PATIENCE) -> Iterator[Sending]:
    with ThreadPoolExecutor(2) as threads:
        provider = provider_of(url, patience=patience)
        yield Sending(provider, threads)
        provider.close()


def first() -> Chunk:
    return crowd(CROWD)


def second() -> Chunk:
    return crowd(CROWD, first=CROWD)


ALL_ACCEPTED = dict.fromkeys(range(CROWD), "accepted")


def until_true(claim: Callable[[], bool]) -> None:
    for _ in range(500):
        if claim():
            return
        time.sleep(0.01)
    raise AssertionError("It never came true.")


def smtp_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "smtp"]


def test_two_chunks_share_one_connection():
    journals = Journal(), Journal()
    with Relay() as relay, sending(relay.url) as both:
        both.send_to_its_end(*journals)

    assert [journal.outcome for journal in journals] == [ALL_ACCEPTED, ALL_ACCEPTED]
    assert relay.lines.count("EHLO localhost") == 1
    # Where the first chunk ends the second goes on in the same round trip.
    assert relay.turns <= 2 * CROWD + 6


def test_no_more_connections_are_opened_than_the_settings_say():
    journals = Journal(), Journal()
    with SmtpStandIn(connections=3) as server, sending(server.url) as both:
        both.send_to_its_end(*journals)

    assert server.most_at_once == 3
    assert [journal.outcome for journal in journals] == [ALL_ACCEPTED, ALL_ACCEPTED]


def test_a_relay_that_closes_after_some_mails_loses_nobody_of_either_chunk():
    journals = Journal(), Journal()
    rules = Misbehaviour(hang_up_after=7)
    with SmtpStandIn(rules, connections=3) as server, sending(server.url) as both:
        both.send_to_its_end(*journals)

    assert [journal.outcome for journal in journals] == [ALL_ACCEPTED, ALL_ACCEPTED]
    assert set(server.addressees().values()) == {1}


def test_a_stop_of_one_leaves_the_other_going_and_cuts_nobody_of_it():
    stopped, going = Journal(), Journal()
    with SmtpStandIn(connections=2) as server, sending(server.url) as both:
        one = both.start(first(), stopped, until=lambda: len(stopped.outcome) >= 5)
        other = both.start(second(), going)
        one.result()
        other.result()

    assert set(stopped.outcome.values()) == {"accepted"}
    assert 5 <= len(stopped.outcome) < CROWD
    assert going.outcome == ALL_ACCEPTED


def test_a_journal_that_cannot_be_written_is_the_trouble_of_its_own_chunk():
    class FullDisk(Journal):
        def handed_over(self, place: int) -> None:
            if place == 3:
                raise OSError(28, "No space left on device")
            super().handed_over(place)

    broken, going = FullDisk(), Journal()
    with SmtpStandIn(connections=2) as server, sending(server.url) as both:
        one, other = both.start(first(), broken), both.start(second(), going)
        with pytest.raises(OSError, match="No space left"):
            one.result()
        other.result()

    assert 3 not in broken.outcome
    assert set(broken.outcome.values()) <= {"accepted"}
    assert going.outcome == ALL_ACCEPTED


def test_a_hold_that_cannot_be_asked_is_the_trouble_of_its_own_chunk():
    def fails() -> bool:
        raise RuntimeError("no clock")

    broken, going = Journal(), Journal()
    with SmtpStandIn(connections=2) as server, sending(server.url) as both:
        one, other = (
            both.start(first(), broken, until=fails),
            both.start(second(), going),
        )
        with pytest.raises(RuntimeError, match="no clock"):
            one.result()
        other.result()

    assert broken.outcome == {}
    assert going.outcome == ALL_ACCEPTED


def test_a_sender_the_relay_does_not_want_is_the_trouble_of_its_own_mailing():
    rules = Misbehaviour(at_mail=for_address("@other.example", "553 5.7.1 Not yours"))
    wanted, unwanted = Journal(), Journal()
    theirs = message()
    theirs = type(theirs)(**{**vars(theirs), "from_address": "nieuws@other.example"})
    with SmtpStandIn(rules, connections=2) as server, sending(server.url) as both:
        one = both.start(Chunk(theirs, first().recipients), unwanted)
        other = both.start(second(), wanted)
        with pytest.raises(ProviderMisconfigured, match="Not yours"):
            one.result()
        other.result()

    assert unwanted.outcome == {}
    assert wanted.outcome == ALL_ACCEPTED


def test_a_mail_too_large_is_the_trouble_of_its_own_chunk():
    small, large = Journal(), Journal()
    letter = message(html="x" * 20_000)
    offers = ("PIPELINING", "SIZE 10000")
    with Relay(offers=offers) as relay, sending(relay.url) as both:
        one = both.start(Chunk(letter, first().recipients), large)
        other = both.start(second(), small)
        with pytest.raises(ProviderMisconfigured, match="takes at most 10,000"):
            one.result()
        other.result()

    assert large.outcome == {}
    assert small.outcome == ALL_ACCEPTED


def test_a_refused_key_is_everybodys_trouble():
    rules = Misbehaviour(at_rcpt=for_everyone("530 5.7.0 Authentication required"))
    journals = Journal(), Journal()
    with SmtpStandIn(rules, connections=2) as server, sending(server.url) as both:
        sent = [both.start(first(), journals[0]), both.start(second(), journals[1])]
        for one in sent:
            with pytest.raises(ProviderMisconfigured, match="user or password"):
                one.result()

    assert [journal.outcome for journal in journals] == [{}, {}]


def test_a_relay_that_hangs_up_on_everyone_is_busy_for_everyone():
    journals = Journal(), Journal()
    rules = Misbehaviour(hang_up_after=0)
    with SmtpStandIn(rules, connections=2) as server, sending(server.url) as both:
        sent = [both.start(first(), journals[0]), both.start(second(), journals[1])]
        for one in sent:
            with pytest.raises(ProviderBusy, match="hangs up"):
                one.result()

    assert [journal.outcome for journal in journals] == [{}, {}]


def test_after_trouble_the_next_chunk_is_tried_anew():
    tired = Journal()
    lines: list[str] = []

    def hangs_up_twice(line: str) -> str | None:
        lines.append(line)
        return HANG_UP if line.startswith("MAIL") and len(lines) <= 4 else None

    with Relay(hangs_up_twice) as relay, sending(relay.url) as both:
        with pytest.raises(ProviderBusy, match="hangs up"):
            both.start(first(), tired).result()
        again = Journal()
        with pytest.raises(ProviderBusy, match="hangs up"):
            both.start(first(), again).result()
        rested = Journal()
        both.start(first(), rested).result()

    assert tired.outcome == again.outcome == {}
    assert rested.outcome == ALL_ACCEPTED


def test_closed_from_another_thread_send_comes_back_at_once():
    """At the end of ``--grace``: what is unanswered then is in doubt."""
    journal = Journal()
    patient = Patience(connect=60, command=60, dot=600)
    with (
        Relay(lambda _line: SILENCE if "." in relay.lines else None) as relay,
        sending(relay.url, patience=patient) as both,
    ):
        sent = both.start(first(), journal)
        until_true(lambda: "." in relay.lines)
        began = time.monotonic()

        both.provider.close()

        sent.result(5)
        journal.close()
        assert time.monotonic() - began < 5

    assert journal.outcome == {0: "handed over"}
    assert journal.late == []


def test_closed_while_it_connects_send_comes_back_at_once():
    journal = Journal()
    patient = Patience(connect=60, command=60, dot=600)
    with (
        Relay(lambda _line: SILENCE) as relay,
        sending(relay.url, patience=patient) as both,
    ):
        sent = both.start(first(), journal)
        until_true(lambda: bool(relay.lines))
        both.provider.close()
        sent.result(5)

    assert journal.outcome == {}


def test_nothing_is_left_behind_by_a_provider_that_was_closed():
    before = smtp_threads()
    with SmtpStandIn() as server:
        provider = provider_of(server.url)
        provider.send(first(), marks=Journal(), until=never)
        assert len(smtp_threads()) == len(before) + 1
        provider.close()
        provider.close()

        assert smtp_threads() == before
        until_true(lambda: server.open == 0)


def test_nothing_is_left_behind_by_a_provider_that_failed():
    """Nobody may come back to close it."""
    before = smtp_threads()
    with (
        SmtpStandIn(Misbehaviour(hang_up_after=0)) as server,
        pytest.raises(ProviderBusy),
    ):
        provider_of(server.url).send(first(), marks=Journal(), until=never)

    assert smtp_threads() == before


NEVER_CLOSED = """
import sys
from tests.newsletter.providers.test_smtp_at_once import *
journal = Journal()
provider_of(sys.argv[1]).send(first(), marks=journal, until=never)
print(len(journal.outcome))
"""


def test_a_process_that_ends_is_not_kept_by_it():
    with SmtpStandIn() as server:
        ended = subprocess.run(
            [sys.executable, "-c", NEVER_CLOSED, server.url],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{CROWD}\n", "")
        until_true(lambda: server.open == 0)


def test_connections_that_are_turned_away_are_not_tried_again_for_every_chunk():
    """A relay may allow fewer than the settings say."""
    with SmtpStandIn(Misbehaviour(most_connections=2), connections=6) as server:
        provider = provider_of(server.url)
        for number in range(5):
            journal = Journal()
            provider.send(
                crowd(CROWD, first=number * CROWD), marks=journal, until=never
            )
            assert journal.outcome == ALL_ACCEPTED
        provider.close()

    assert server.turned_away <= 4


MOODS = ("451 4.3.0 Not now", "550 5.1.1 Nobody here", "421 4.3.2 Closing", None)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_a_relay_does_what_is_marked_is_what_it_took(seed):
    chance = random.Random(seed)

    def one_in(many: int) -> bool:
        return chance.random() * many < 1

    def moody(many: int) -> Callable[[str], str | None]:
        return lambda _address: chance.choice(MOODS) if one_in(many) else None

    rules = Misbehaviour(
        at_mail=lambda _address: MOODS[0] if one_in(30) else None,
        at_rcpt=moody(12),
        at_data=moody(12),
        lose_before_answer=lambda _address: one_in(25),
        take_and_hang_up=lambda _address: one_in(25),
        hang_up_after=chance.choice([None, 5, 11]),
    )
    journals = [Journal() for _ in range(6)]
    stopping = chance.randrange(6)

    def send(number: int) -> None:
        journal, letters = journals[number], crowd(CROWD, first=number * CROWD)
        enough = chance.randrange(CROWD)
        with suppress(ProviderBusy):
            provider.send(
                letters,
                marks=journal,
                until=lambda: number == stopping and len(journal.outcome) > enough,
            )
        journal.close()

    with SmtpStandIn(rules, connections=3) as server:
        provider = provider_of(server.url)
        with ThreadPoolExecutor(2) as threads:
            for sent in [threads.submit(send, number) for number in range(6)]:
                sent.result()
        provider.close()

    took = server.addressees()
    assert set(took.values()) <= {1}, "nobody twice"
    for number, journal in enumerate(journals):
        assert journal.late == []
        for place in range(CROWD):
            got = took[f"reader{number * CROWD + place}@example.nl"]
            outcome = journal.outcome.get(place)
            if outcome != "handed over":  # nobody knows
                assert got == (1 if outcome == "accepted" else 0), (place, outcome)
