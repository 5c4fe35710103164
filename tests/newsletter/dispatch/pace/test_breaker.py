"""The circuit breaker: which answers stop a mailing, and which do not."""

import pytest

from newsletter.dispatch.flight.pace.breaker import (
    Answers,
    Refusal,
    read_answers,
    refusal,
    why_stop,
    why_stop_for_reports,
)
from newsletter.reasons import Code

UNKNOWN, BLOCKED, OTHER = Refusal.UNKNOWN, Refusal.BLOCKED, Refusal.OTHER


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("550 5.1.1 <address> User unknown", UNKNOWN),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", UNKNOWN),
        ("550 5.2.1 The account you tried to reach is disabled", UNKNOWN),
        ("550 No such user here", UNKNOWN),
        ("550 unknown user", UNKNOWN),
        ("550 Recipient address rejected: User unknown in virtual table", UNKNOWN),
        ("550 5.7.1 Message rejected due to policy", BLOCKED),
        ("550 5.7.26 This mail is unauthenticated", BLOCKED),
        ("550 5.7.515 Access denied, sending domain does not meet the level", BLOCKED),
        ("554 Your address is listed at zen.spamhaus.org", BLOCKED),
        ("550 low reputation of the sender", BLOCKED),
        ("550 5.1.8 Sender address rejected: domain not found", BLOCKED),
        ("550 5.4.1 Recipient address rejected: Access denied.", UNKNOWN),
        ("552 5.2.2 mailbox full", OTHER),
        ("554 transaction failed", OTHER),
        ("", OTHER),
    ],
)
def test_a_refusal_is_about(words: str, kind: Refusal) -> None:
    assert refusal(words) is kind


@pytest.mark.parametrize(
    ("accepted", "refusals", "code"),
    [
        (500, [], None),
        (0, [UNKNOWN] * 49, None),  # too few to say anything
        (0, [UNKNOWN] * 50, Code.MANY_UNKNOWN),
        (41, [UNKNOWN] * 9, None),
        (40, [UNKNOWN] * 10, Code.MANY_UNKNOWN),
        (450, [UNKNOWN] * 50, None),  # exactly ten of a hundred
        (449, [UNKNOWN] * 51, Code.MANY_UNKNOWN),
        (350, [BLOCKED] * 150, None),
        (349, [BLOCKED] * 151, Code.MANY_BLOCKED),
        (349, [OTHER] * 151, Code.MANY_REFUSED),
        (340, [OTHER] * 120 + [UNKNOWN] * 40, Code.MANY_REFUSED),
        (340, [OTHER] * 70 + [BLOCKED] * 90, Code.MANY_BLOCKED),
    ],
)
def test_so_many_refusals_stop_a_mailing(
    accepted: int, refusals: list[Refusal], code: Code | None
) -> None:
    answers = Answers().and_then(accepted, refusals)

    why = why_stop(answers, "550 no")

    assert (why.code if why else None) == code
    assert why is None or "550 no" in str(why) or code is Code.MANY_UNKNOWN


def test_trouble_that_begins_late_is_seen_at_once() -> None:
    answers = Answers()
    for _ in range(100):
        answers = answers.and_then(499, [OTHER])
    assert why_stop(answers, "") is None

    answers = answers.and_then(100, [BLOCKED] * 400)

    assert why_stop(answers, "550 blocked") is not None


def test_what_was_answered_long_ago_weighs_less_and_less() -> None:
    answers = Answers().and_then(420, [UNKNOWN] * 80)

    for _ in range(10):
        answers = answers.and_then(500, [])

    assert answers.unknown < 1


def test_answers_are_kept_and_read_back() -> None:
    answers = Answers().and_then(90, [UNKNOWN, BLOCKED, OTHER])

    assert read_answers(answers.stored()) == answers


def test_a_mailing_that_nobody_refuses_keeps_nothing() -> None:
    assert Answers().and_then(500, []).stored() == ""
    assert read_answers("") == Answers()


@pytest.mark.parametrize(
    ("taken", "bounced", "complaints", "code"),
    [
        (10, 0, 4, None),  # chance
        (10, 0, 5, Code.MANY_COMPLAINTS),
        (1_600, 0, 5, Code.MANY_COMPLAINTS),
        (1_700, 0, 5, None),  # three of a thousand would be 5.1
        (10_000, 0, 30, None),
        (10_000, 0, 31, Code.MANY_COMPLAINTS),
        (49, 49, 0, None),
        (50, 9, 0, None),
        (50, 10, 0, Code.MANY_BOUNCED),
        (500, 50, 0, None),
        (500, 51, 0, Code.MANY_BOUNCED),
        (500, 51, 5, Code.MANY_COMPLAINTS),
    ],
)
def test_so_many_reports_stop_a_mailing(
    taken: int, bounced: int, complaints: int, code: Code | None
) -> None:
    why = why_stop_for_reports(taken=taken, bounced=bounced, complaints=complaints)

    assert (why.code if why else None) == code
