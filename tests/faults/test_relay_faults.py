"""Everything a relay can do wrong: nobody lost, nobody doubled, and said why."""

import signal
from datetime import timedelta

import pytest

from tests.faults.installation import Installation
from tests.faults.rules import HANG_UP, RESET, SILENCE, Rule
from tests.faults.trial import trial

READY = timedelta(minutes=10)


def test_a_relay_that_is_down_at_the_start_is_waited_for(
    started: Installation,
) -> None:
    with trial(started, is_up=False) as test:
        assert test.work() == 0, "that is no mistake of the worker"
        document = test.receipt()
        assert (document["state"], document["accepted"]) == ("sending", 0)
        assert "cannot be reached" in document["reason"]

        test.stand_in.up()
        test.work(ahead=READY)

        verdict = test.judge()
        assert verdict.accepted == verdict.prepared, "nobody spent a try"
        assert "reason" not in test.receipt()


@pytest.mark.long
def test_a_relay_that_goes_down_midway_and_comes_back(started: Installation) -> None:
    with trial(started, slow=0.02) as test:
        worker = test.start("--once")
        test.wait_for_mails(60)
        test.stand_in.down()
        assert worker.wait() == 0
        assert test.receipt()["waiting"] > 0
        assert "reason" in test.receipt()

        test.stand_in.up(slow=0)
        test.work_until_sent()

        # What was written down and not yet answered when it went.
        test.judge(most_in_doubt=test.connections)


@pytest.mark.parametrize(
    "taken",
    [
        pytest.param(True, id="taken"),
        pytest.param(False, id="not taken", marks=pytest.mark.long),
    ],
)
def test_a_relay_that_drops_the_line_after_the_final_dot(
    on_sqlite: Installation, taken: bool
) -> None:
    with trial(on_sqlite, "relay", Rule("dot", HANG_UP, take=taken, every=25)) as test:
        test.work_until_sent()

        verdict = test.judge()
        assert verdict.in_doubt == 12, "one of each 25, and nobody is tried again"
        assert verdict.in_doubt_taken == (12 if taken else 0)


def test_451_for_one_in_twenty_is_tried_again(on_sqlite: Installation) -> None:
    with trial(on_sqlite, "relay", Rule("dot", "451 4.3.0 later", every=20)) as test:
        test.work()
        document = test.receipt()
        assert (document["accepted"], document["waiting"]) == (285, 15)
        assert "come back later" in document["reason"]

        test.work_until_sent()

        verdict = test.judge()
        assert (verdict.accepted, verdict.in_doubt) == (300, 0)


def test_421_every_fifty_messages_costs_nobody_anything(
    on_sqlite: Installation,
) -> None:
    enough = Rule("mail", "421 4.7.0 enough", every=51, per_connection=True)
    with trial(on_sqlite, "relay", enough, connections=2) as test:
        test.work()

        verdict = test.judge()
        assert (verdict.accepted, verdict.in_doubt) == (300, 0)


@pytest.mark.long
def test_every_verb_answered_wrongly_once(on_sqlite: Installation) -> None:
    """4xx, 5xx, an end and a reset, in turn, while others are served."""
    rules = (
        Rule("rcpt", "450 4.2.0 busy", about="lezer1@", at_most=1),
        Rule("rcpt", "550 5.1.1 unknown", about="lezer2@"),
        Rule("dot", "554 5.7.1 spam", about="lezer3@"),
        Rule("rcpt", HANG_UP, after=40, at_most=1),
        Rule("data", "451 4.3.0 no room", after=60, at_most=1),
        Rule("data", RESET, after=90, at_most=1),
        Rule("mail", "451 4.3.0 wait", after=120, at_most=1),
        Rule("mail", RESET, after=150, at_most=1),
        Rule("dot", RESET, take=True, after=180, at_most=1),
        Rule("connect", "421 4.3.2 too many", after=2, at_most=1),
        Rule("ehlo", HANG_UP, after=4, at_most=1),
    )
    with trial(on_sqlite, "relay", *rules) as test:
        test.work_until_sent()

        verdict = test.judge()
        document = test.receipt()
        assert verdict.in_doubt == 1
        assert (document["refused"], document["accepted"]) == (2, 297)


@pytest.mark.long
def test_a_relay_that_is_silent_for_minutes(on_sqlite: Installation) -> None:
    rule = Rule("dot", SILENCE, take=True, after=30, at_most=1)
    with trial(on_sqlite, "relay", rule, values=SHORT_PATIENCE) as test:
        test.work_until_sent()

        verdict = test.judge()
        assert verdict.in_doubt == 1, "taken, and we cannot know"


@pytest.mark.long
def test_an_answer_after_three_minutes_is_waited_for(on_sqlite: Installation) -> None:
    rule = Rule("dot", wait=180, after=30, at_most=1)
    with trial(on_sqlite, "relay", rule) as test:
        assert test.start("--once").wait(seconds=300) == 0

        assert test.judge().in_doubt == 0


@pytest.mark.parametrize(
    "to_all",
    [
        pytest.param(False, id="worker"),
        pytest.param(True, id="process group", marks=pytest.mark.long),
    ],
)
def test_sigterm_while_the_relay_answers_leaves_nobody_in_doubt(
    started: Installation, to_all: bool
) -> None:
    with trial(started, slow=0.05) as test:
        worker = test.start()
        test.wait_for_mails(20)
        if to_all:
            worker.signal(signal.SIGTERM)
        assert worker.stop() == 0

        document = test.receipt()
        assert (document["in_doubt"], document["sending"]) == (0, 0)
        assert document["waiting"] > 0
        test.judge(is_over=False)

        test.stand_in.down()
        test.stand_in.up(slow=0)
        test.work()
        assert test.judge().accepted == 300


# Ten minutes by RFC 5321, and no test waits so long.
SHORT_PATIENCE = {
    "newsletter.providers.smtp.connection:Patience.__init__.__defaults__": [2, 2, 2]
}
