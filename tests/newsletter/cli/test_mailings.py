"""The commands that send: what they print, and how they say no."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.cli import main
from newsletter.cli.door import Door
from newsletter.dispatch.models import Delivery
from newsletter.staff.models import StaffRole
from newsletter.staff.people import add_staff
from subscribers.models import Frequency, Subscriber, SubscriptionState
from subscribers.regions import find
from tests.conftest import NOW
from tests.newsletter.dispatch.village import Village, check_sums, end


@pytest.fixture
def village(sqlite_database: Database, tmp_path: Path) -> Village:
    village = Village(sqlite_database, tmp_path / "home")
    village.build("anna", "ben", lpb=("dirk",))
    return village


def come_back(_session: Session, subscriber: Subscriber) -> None:
    subscriber.subscriptions[0].state = SubscriptionState.CONFIRMED


def run(village: Village, *words: str, expect: int = 0) -> Result:
    door = Door(environment=village.settings.environment)
    door.database = village.database  # it has compiled the statements already
    result = CliRunner().invoke(main, words, obj=door)
    assert result.exit_code == expect, (result.output, result.stderr, result.exception)
    return result


def test_plan_start_work_receipt(village: Village) -> None:
    plan = json.loads(run(village, "mailings", "plan", "42", "--json").stdout)
    with village.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0
    run(village, "mailings", "start", "42")
    run(village, "worker", "--once")
    receipt = json.loads(run(village, "mailings", "receipt", "42", "--json").stdout)

    assert plan["state"] == "planned"
    assert [sorted(one) for one in plan["variants"]] == [
        ["blocks", "edition", "key", "readers"]
    ] * len(plan["variants"])
    check_sums(receipt)
    assert (receipt["state"], receipt["accepted"]) == ("sent", 3)
    assert set(receipt["editions"]) == {"base", "lpb"}
    assert set(village.outbox()) == {"anna", "ben", "dirk"}


def test_the_plan_says_the_drift_since_approval(village: Village) -> None:
    document = json.loads(run(village, "mailings", "plan", "42", "--json").stdout)
    assert (document["drift"], document["void"]) == (None, [])
    village.change("ben", end)
    run(village, "issues", "approve", "42")
    village.change("ben", come_back)
    village.change("dirk", end)

    drift = json.loads(run(village, "mailings", "plan", "42", "--json").stdout)["drift"]
    said = run(village, "mailings", "plan", "42").stdout

    assert (drift["by"], drift["approved"], drift["now"]) == ("operator", 2, 2)
    assert drift["variants"] == [
        {"key": "base", "approved": 1, "now": 2},
        {"key": "lpb", "approved": 1, "now": 0},
    ]
    assert "base: 2 readers (1 approved), 2 blocks" in said
    assert "lpb: nobody gets it any more (1 approved)" in said
    assert "Approved by operator: 2 readers then, 2 now." in said

    village.act(lambda _session, issue: setattr(issue, "subject", "Iets anders"))
    said = run(village, "mailings", "plan", "42").stdout
    assert "base: 2 readers, 2 blocks" in said
    assert "The approval of operator counts no more: The subject was changed." in said


def test_the_receipt_for_people_shows_the_sums(village: Village) -> None:
    run(village, "mailings", "start", "42")

    words = run(village, "mailings", "receipt", "42").stdout.split()

    assert words[:3] == ["Issue", "42:", "sending"]
    assert words[words.index("prepared") + 1] == "3"
    assert words[words.index("waiting") + 1] == "3"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("mailings", "receipt", "42"), "has no mailing yet"),
        (("mailings", "pause", "42"), "has no mailing yet"),
        (("mailings", "start", "7"), "There is no issue 7"),
        (("mailings", "start", "42", "--at", "2020-01-01T10:00"), "is past"),
        (("mailings", "start", "42", "--by", "who@example.nl"), "Nobody on the staff"),
        (("mailings", "test", "42", "--to", "nonsense"), "not an e-mail address"),
        (("mailings", "test", "42", "--to", "a@b.nl", "--variant", "x"), "no variant"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_1(
    village: Village, words: tuple[str, ...], says: str
) -> None:
    result = run(village, *words, expect=1)

    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_wrong_usage_is_exit_2(village: Village) -> None:
    assert "Error" in run(village, "mailings", "start", "x", expect=2).stderr


def test_outside_the_sending_hours_a_start_says_when_it_begins(
    village: Village,
) -> None:
    local = datetime.now(village.settings.timezone)
    opens, closes = local + timedelta(hours=2), local + timedelta(hours=3)
    village.with_settings(BUURTPOST_SENDING_HOURS=f"{opens:%H:%M}-{closes:%H:%M}")

    said = run(village, "mailings", "start", "42").stdout
    run(village, "worker", "--once")
    receipt = json.loads(run(village, "mailings", "receipt", "42", "--json").stdout)

    assert f"outside the sending hours ({opens:%H:%M}-{closes:%H:%M})" in said
    assert f"sends it from {opens:%A} " in said
    assert said.rstrip().endswith(f"{opens:%H:%M}.")
    assert (receipt["state"], receipt["waiting"]) == ("sending", 3)
    assert receipt["reason_code"] == "outside_hours"


def test_a_start_that_is_planned_for_the_night_is_said_to_begin_in_the_morning(
    village: Village,
) -> None:
    village.with_settings(BUURTPOST_SENDING_HOURS="08:00-20:00")

    said = run(village, "mailings", "start", "42", "--at", "2099-01-15T03:00").stdout

    assert "That is outside the sending hours (08:00-20:00)." in said
    assert "Issue 42 starts Thursday 15 January 2099 at 08:00" in said


def test_a_board_may_not_send(village: Village) -> None:
    with village.database.write.begin() as session:
        add_staff(
            session,
            email="cleo@example.nl",
            role=StaffRole.BOARD,
            region=find(session, "Deventer"),
            by="operator",
            now=NOW,
        )

    refused = run(village, "mailings", "start", "42", expect=1)

    assert "may not do this" in refused.stderr


def test_pause_resume_cancel(village: Village) -> None:
    run(village, "mailings", "start", "42")
    run(village, "mailings", "pause", "42")
    run(village, "worker", "--once")
    assert village.outbox() == {}
    run(village, "mailings", "resume", "42")
    run(village, "mailings", "cancel", "42")
    run(village, "worker", "--once")

    assert village.outbox() == {}
    assert village.receipt()["cancelled"] == 3


def test_the_worker_says_that_the_provider_refused_and_exits_1(
    village: Village,
) -> None:
    village.with_settings(BUURTPOST_PROVIDER="sendgrid", SENDGRID_API_KEY="SG.key")
    run(village, "mailings", "start", "42")
    village.with_settings(BUURTPOST_PROVIDER="sendgrid", SENDGRID_API_KEY="")

    result = run(village, "worker", "--once", expect=1)

    assert "SENDGRID_API_KEY is not set" in result.stderr
    assert village.receipt()["state"] == "paused"


def test_staff_add_prints_a_link_that_signs_in(village: Village) -> None:
    link = run(village, "staff", "add", "anna@example.nl", "--role", "chief").stdout

    assert link.startswith(f"{village.settings.base_url}/desk/sign-in/")
    again = run(village, "staff", "add", "anna@example.nl", "--role", "chief").stdout
    assert again != link
    refused = run(
        village, "staff", "add", "anna@example.nl", "--role", "editor", expect=1
    )
    assert "on the staff already, as chief" in refused.stderr


def test_a_correction_is_sent_and_stands_beside_the_receipt(village: Village) -> None:
    run(village, "mailings", "start", "42")
    run(village, "worker", "--once")

    said = run(
        village, "mailings", "correct", "42", "soep", "--text", "Het was *donderdag*."
    ).stdout
    run(village, "worker", "--once")
    words = run(village, "mailings", "receipt", "42").stdout
    document = json.loads(run(village, "mailings", "receipt", "42", "--json").stdout)

    assert "Correction 1 of issue 42, soep (De buurttafel): sending" in said
    assert "Correction 1 of issue 42, soep (De buurttafel): sent" in words
    assert document["accepted"] == 3
    (correction,) = document["corrections"]
    check_sums(correction)
    assert (correction["state"], correction["accepted"]) == ("sent", 3)
    assert (correction["correction"], correction["item"]) == (1, "soep")


@pytest.mark.parametrize(
    ("item", "text", "says"),
    [
        ("soup", "Het was donderdag.", "It has: hello, soep, balie"),
        ("soep", " ", "The correction is empty"),
        ("soep", "Dit stond er al.", "Nobody gets it twice"),
    ],
)
def test_a_correction_is_refused_with_one_sentence(
    village: Village, item: str, text: str, says: str
) -> None:
    run(village, "mailings", "start", "42")
    run(village, "mailings", "correct", "42", "soep", "--text", "Dit stond er al.")

    refused = run(village, "mailings", "correct", "42", item, "--text", text, expect=1)

    assert says in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_what_was_not_mailed_cannot_be_corrected(village: Village) -> None:
    words = ("mailings", "correct", "42", "soep", "--text", "Het was donderdag.")

    assert "was not mailed yet" in run(village, *words, expect=1).stderr


def test_a_correction_is_paused_and_cancelled_by_its_number(village: Village) -> None:
    run(village, "mailings", "start", "42")
    run(village, "worker", "--once")
    run(village, "mailings", "correct", "42", "soep", "--text", "Het was donderdag.")

    paused = run(village, "mailings", "pause", "42", "--correction", "1").stdout
    run(village, "mailings", "resume", "42", "--correction", "1")
    cancelled = run(village, "mailings", "cancel", "42", "--correction", "1").stdout
    unknown = run(village, "mailings", "pause", "42", "--correction", "2", expect=1)

    assert paused == "The correction 1 of issue 42 is paused.\n"
    assert cancelled == "The correction 1 of issue 42 is cancelled.\n"
    assert "Issue 42 has no correction 2." in unknown.stderr
    assert village.receipt()["state"] == "sent"


def test_an_editor_may_correct_and_a_board_may_not(village: Village) -> None:
    run(village, "mailings", "start", "42")
    run(village, "staff", "add", "anna@example.nl", "--role", "editor")
    run(village, "staff", "add", "bo@example.nl", "--role", "board", "--region", "PV21")
    words = ("mailings", "correct", "42", "soep", "--text", "Het was donderdag.")

    refused = run(village, *words, "--by", "bo@example.nl", expect=1)
    run(village, *words, "--by", "anna@example.nl")

    assert "may not do this" in refused.stderr


def test_a_bundle_goes_by_its_month(village: Village) -> None:
    month = datetime.now(UTC).strftime("%Y-%m")  # a command has the real clock
    village.change("ben", lambda _s, ben: setattr(ben, "frequency", Frequency.MONTHLY))
    run(village, "mailings", "start", "42")
    plan = json.loads(run(village, "mailings", "plan", month, "--json").stdout)
    said = run(village, "mailings", "start", month).stdout
    run(village, "mailings", "pause", month)
    run(village, "mailings", "resume", month)
    run(village, "worker", "--once")
    receipt = json.loads(run(village, "mailings", "receipt", month, "--json").stdout)

    assert (plan["issue"], plan["state"], plan["prepared"]) == (month, "planned", 1)
    assert said.startswith(f"Bundle {month}: sending")
    check_sums(receipt)
    assert (receipt["issue"], receipt["state"], receipt["accepted"]) == (
        month,
        "sent",
        1,
    )
    assert set(village.outbox(month)) == {"ben"}
    again = run(village, "mailings", "start", month, expect=1)
    assert f"Bundle {month} was made already" in again.stderr
    run(village, "mailings", "receipt", "1999-01", expect=1)
    run(village, "mailings", "receipt", "november", expect=2)
    run(village, "mailings", "start", month, "--at", "2027-01-15T10:53", expect=2)
