"""Everyone in doubt, and what a person decides about them."""

from datetime import timedelta

import pytest

from newsletter.dispatch.errors import NoMailing, NotNowPossible
from newsletter.dispatch.settling import Outcome, settle
from tests.factories import audit_lines
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.returns.reports import come_in, report, state_of
from tests.newsletter.dispatch.village import BY, Village, check_sums


@pytest.fixture
def doubtful(village: Village, scripted: Scripted) -> Village:
    """Anna and Ben are in doubt, Cleo's mail is accepted."""
    scripted.answers = {"anna": "silence", "ben": "silence"}
    village.build("anna", "ben", "cleo", editions=())
    village.start()
    village.work()
    scripted.answers = {}
    return village


def decide(village: Village, outcome: str) -> int:
    settled: int = village.act(
        lambda session, issue: settle(
            session, issue, Outcome(outcome), by=BY, now=village.now
        )
    )
    return settled


def test_nobody_in_doubt_is_mailed_again_by_itself(
    doubtful: Village, scripted: Scripted
) -> None:
    doubtful.work(later=timedelta(days=3))

    assert scripted.got == {"cleo": 1}
    assert doubtful.receipt()["in_doubt"] == 2


@pytest.mark.parametrize(
    ("outcome", "accepted", "in_doubt", "mailed"),
    [
        ("sent", 3, 0, {"cleo": 1}),
        ("again", 3, 0, {"anna": 1, "ben": 1, "cleo": 1}),
        ("leave", 1, 2, {"cleo": 1}),
    ],
)
def test_a_person_decides(
    doubtful: Village,
    scripted: Scripted,
    outcome: str,
    accepted: int,
    in_doubt: int,
    mailed: dict[str, int],
) -> None:
    assert decide(doubtful, outcome) == 2
    check_sums(doubtful.receipt())
    doubtful.work()

    receipt = doubtful.receipt()
    check_sums(receipt)
    assert (receipt["accepted"], receipt["in_doubt"]) == (accepted, in_doubt)
    assert receipt["state"] == "sent"
    assert scripted.got == mailed


@pytest.mark.parametrize("outcome", ["sent", "again", "leave"])
def test_it_is_written_down_who_decided_what(doubtful: Village, outcome: str) -> None:
    decide(doubtful, outcome)

    with doubtful.database.read() as session:
        line = audit_lines(session, "issue 42")[-1]
    assert (line.by, line.act, line.note) == (BY, "mailing.settle", f"{outcome}: 2")


def test_with_nobody_in_doubt_there_is_nothing_to_settle(doubtful: Village) -> None:
    decide(doubtful, "sent")

    for outcome in Outcome:
        with pytest.raises(NotNowPossible, match="Nobody is in doubt"):
            decide(doubtful, outcome)


def test_a_cancelled_mailing_mails_nobody_again(doubtful: Village) -> None:
    decide(doubtful, "again")
    doubtful.cancel()
    assert doubtful.receipt()["cancelled"] == 2

    with pytest.raises(NotNowPossible, match="cancelled"):
        decide(doubtful, "again")


def test_an_issue_that_was_never_started_has_nobody(village: Village) -> None:
    village.build("anna", editions=())

    with pytest.raises(NoMailing):
        decide(village, "sent")


def test_what_is_reported_settles_it_without_a_person(doubtful: Village) -> None:
    come_in(
        doubtful,
        report(doubtful, "anna", "delivered"),
        report(doubtful, "ben", "hard_bounce", status="5.1.1"),
    )
    doubtful.work()

    assert (state_of(doubtful, "anna"), state_of(doubtful, "ben")) == (
        "delivered",
        "bounced",
    )
    assert doubtful.receipt()["in_doubt"] == 0


def test_who_left_meanwhile_is_not_mailed_again(
    doubtful: Village, scripted: Scripted
) -> None:
    come_in(doubtful, report(doubtful, "anna", "left"))
    doubtful.work()
    decide(doubtful, "again")
    doubtful.work()

    assert state_of(doubtful, "anna") == "cancelled"
    assert scripted.got == {"ben": 1, "cleo": 1}
