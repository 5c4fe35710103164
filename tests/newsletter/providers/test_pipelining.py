"""How we speak SMTP: a round trip a mail, every answer to its question."""

import asyncio
import builtins
import time
from collections.abc import Callable
from typing import Any

import pytest

from newsletter.providers.base import ProviderBusy, ProviderMisconfigured
from newsletter.providers.smtp import open_smtp
from newsletter.providers.smtp.connection import Patience
from newsletter.settings import read_settings
from tests.newsletter.providers.letters import (
    ANNA,
    BEN,
    CLEO,
    Journal,
    chunk,
    crowd,
    never,
)
from tests.stand_ins.relay import HANG_UP, SILENCE, Relay, Script

LOCKSTEP = ("SIZE 0",)


def send(
    relay: Relay,
    letters: Any,
    *,
    until: Callable[[], bool] = never,
    journal: Journal | None = None,
    chunks: int = 1,
    patience: Patience = Patience(connect=2, command=1, dot=1),  # noqa: B008 - frozen
) -> Journal:
    settings = read_settings(
        {
            "BUURTPOST_PROVIDER": "smtp",
            "BUURTPOST_SECRET_KEY": "a key for tests",
            "BUURTPOST_SMTP_URL": relay.url,
        }
    )
    provider = open_smtp(settings, patience=patience)
    for _ in range(chunks):
        journal = journal if chunks == 1 and journal else Journal()
        provider.send(letters, marks=journal, until=until)
    provider.close()
    assert journal is not None
    return journal


def about(address: str, reply: str, *, verb: str = "RCPT") -> Script:
    return lambda line: reply if line.startswith(verb) and address in line else None


def test_a_mail_takes_one_round_trip():
    with Relay() as relay:
        journal = send(relay, crowd(20))

    assert journal.outcome == dict.fromkeys(range(20), "accepted")
    # EHLO, the first envelope, and QUIT; the rest is one turn a mail.
    assert relay.turns <= 20 + 3 + 2


@pytest.mark.parametrize("offers", [("PIPELINING",), LOCKSTEP])
def test_the_words_are_the_same_with_and_without_pipelining(offers):
    with Relay(offers=offers) as relay:
        send(relay, chunk())

    verbs = [line.split(":")[0].split()[0] for line in relay.lines]
    assert verbs == ["EHLO", *["MAIL", "RCPT", "DATA", "."] * 3, "QUIT"]


def test_without_pipelining_every_command_waits_for_its_answer():
    with Relay(offers=LOCKSTEP) as relay:
        journal = send(relay, chunk())

    assert journal.outcome == dict.fromkeys(range(3), "accepted")
    assert relay.turns == len(relay.lines)


def test_a_connection_is_kept_from_chunk_to_chunk():
    with Relay() as relay:
        send(relay, chunk(), chunks=3)

    assert relay.lines.count("EHLO localhost") == 1
    assert len(relay.bodies) == 9


def test_a_connection_the_relay_closed_between_two_chunks_is_opened_anew():
    closed: list[str] = []

    def close_once(line: str) -> str | None:
        if line.startswith("MAIL") and len(relay.bodies) == 3 and not closed:
            closed.append(line)
            return HANG_UP
        return None

    with Relay(close_once) as relay:
        journal = send(relay, chunk(), chunks=2)

    assert journal.outcome == dict.fromkeys(range(3), "accepted")
    assert len(relay.bodies) == 6


@pytest.mark.parametrize("offers", [("PIPELINING",), LOCKSTEP])
@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (about(BEN, "550 5.1.1 Nobody here"), "refused"),
        (about(BEN, "450 4.2.1 Try again"), "later"),
    ],
)
def test_a_refused_reader_costs_a_reset_and_no_one_else(offers, script, outcome):
    def relays(line: str) -> str | None:
        if line == "DATA" and BEN in relay.lines[-2]:
            return "503 5.5.1 No valid recipients"
        return script(line)

    with Relay(relays, offers=offers) as relay:
        journal = send(relay, chunk())

    assert journal.outcome == {0: "accepted", 1: outcome, 2: "accepted"}
    assert relay.lines.count("RSET") == 1
    assert len(relay.bodies) == 2


def test_data_that_waits_although_nobody_gets_it_is_ended_by_a_lone_dot():
    with Relay(about(BEN, "550 5.1.1 Nobody here")) as relay:
        journal = send(relay, chunk())

    assert journal.outcome == {0: "accepted", 1: "refused", 2: "accepted"}
    assert [body == b"" for body in relay.bodies] == [False, True, False]


def test_a_good_mailing_needs_no_reset():
    with Relay() as relay:
        send(relay, crowd(5))

    assert "RSET" not in relay.lines


def test_the_size_is_said_where_the_relay_asks_for_it():
    with Relay(offers=("PIPELINING", "SIZE 1000000")) as relay:
        send(relay, chunk([ANNA]))
    (mail,) = [line for line in relay.lines if line.startswith("MAIL")]

    assert mail.endswith(f" SIZE={len(relay.bodies[0]) + 2}")


def test_a_mail_too_large_for_the_relay_pauses_and_nobody_is_touched():
    journal = Journal()
    with (
        Relay(offers=("PIPELINING", "SIZE 500")) as relay,
        pytest.raises(ProviderMisconfigured, match="takes at most 500"),
    ):
        send(relay, chunk(), journal=journal)

    assert journal.outcome == {}


def test_told_to_stop_between_data_and_the_dot_the_line_is_cut():
    journal = Journal()
    with Relay() as relay:
        send(
            relay,
            chunk(),
            journal=journal,
            until=lambda: any(line == "DATA" for line in relay.lines),
        )

    assert journal.outcome == {}
    assert relay.bodies == []


def test_the_one_whose_answer_is_lost_is_in_doubt_and_the_next_is_not():
    lost: list[str] = []

    def lose_the_second(line: str) -> str | None:
        if line == "." and len(relay.bodies) == 2 and not lost:
            lost.append(line)
            return HANG_UP
        return None

    with Relay(lose_the_second) as relay:
        journal = send(relay, crowd(5))

    assert journal.outcome == {1: "handed over"} | dict.fromkeys(
        (0, 2, 3, 4), "accepted"
    )
    assert len(relay.bodies) == 5


def test_a_relay_that_loses_every_answer_puts_no_more_than_two_in_doubt():
    journal = Journal()
    with (
        Relay(lambda line: HANG_UP if line == "." else None) as relay,
        pytest.raises(ProviderBusy, match="hangs up"),
    ):
        send(relay, crowd(10), journal=journal)

    assert journal.outcome == {0: "handed over", 1: "handed over"}


@pytest.mark.parametrize("offers", [("PIPELINING",), LOCKSTEP])
def test_a_relay_silent_from_the_start_is_busy_and_nobody_is_touched(offers):
    journal = Journal()
    with (
        Relay(
            lambda line: None if line.startswith("EHLO") else SILENCE, offers=offers
        ) as relay,
        pytest.raises(ProviderBusy, match="no answer in 1 s"),
    ):
        send(relay, chunk(), journal=journal)

    assert journal.outcome == {}


def test_told_to_stop_nobody_waits_for_a_silent_relay():
    began = time.monotonic()
    with Relay(about("", SILENCE, verb="DATA")) as relay:
        journal = send(
            relay,
            chunk(),
            until=lambda: time.monotonic() - began > 0.3,
            patience=Patience(connect=60, command=60, dot=60),
        )

    assert journal.outcome == {}
    assert time.monotonic() - began < 10  # of the sixty it might have waited


def test_an_answer_that_is_not_smtp_ends_the_connection():
    journal = Journal()
    with (
        Relay(about("", "HTTP/1.1 400 Bad Request", verb="MAIL")) as relay,
        pytest.raises(ProviderBusy, match="not SMTP"),
    ):
        send(relay, chunk(), journal=journal)

    assert journal.outcome == {}


def test_dots_at_the_start_of_a_line_are_doubled():
    with Relay() as relay:
        send(relay, chunk([CLEO]))

    assert b"\r\n..een punt vooraan" in relay.bodies[0]


def test_where_uvloop_has_no_wheel_the_standard_loop_does(monkeypatch):
    real = builtins.__import__

    def without_uvloop(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "uvloop":
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without_uvloop)
    loops: list[str] = []
    standard = asyncio.new_event_loop
    monkeypatch.setattr(
        asyncio, "new_event_loop", lambda: loops.append("standard") or standard()
    )
    with Relay() as relay:
        journal = send(relay, chunk())

    assert loops == ["standard"]
    assert journal.outcome == dict.fromkeys(range(3), "accepted")
