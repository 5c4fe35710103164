"""A start at a moment: nothing before it, a last look when it comes."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.dispatch import mailings, plan
from newsletter.dispatch.errors import NoMailing, NotNowPossible
from newsletter.dispatch.models import Mailing
from newsletter.errors import NewsletterError
from newsletter.issues.compose import find_issue, set_headings
from newsletter.issues.errors import IssueFrozen
from newsletter.issues.history import Edit
from newsletter.issues.models import Issue
from newsletter.preflight import Findings
from newsletter.workflow.gate import Blocked, gate
from tests.newsletter.dispatch.village import BY, Village, check_sums

HOUR = timedelta(hours=1)


def schedule(village: Village) -> None:
    village.build("anna")
    village.start(at=village.now + HOUR)


def resume(village: Village) -> None:
    mailings.look_and_resume(
        village.database, village.settings, 42, by=BY, now=village.now
    )


def begin(village: Village) -> None:
    village.work(later=HOUR)


def cancel(village: Village) -> None:
    village.cancel()


def change_the_subject(village: Village) -> None:
    village.act(
        lambda s, i: set_headings(
            s, i, subject="Anders", preheader="", edit=Edit(village.now)
        )
    )


def lose_the_postal_address(village: Village) -> None:
    """What the gate refuses: a list without a postal address."""
    with village.database.write.begin() as session:
        issue = find_issue(session, 42)
        issue.mailing_list.sender.postal_address = ""


def mend(village: Village) -> None:
    with village.database.write.begin() as session:
        issue = find_issue(session, 42)
        issue.mailing_list.sender.postal_address = "Postbus 1, 3500 AA Utrecht"


def test_nobody_is_counted_or_mailed_before_the_moment(village: Village) -> None:
    schedule(village)

    village.work()

    document = village.receipt()
    assert (document["state"], document["candidates"]) == ("scheduled", 0)
    village.work(later=HOUR)
    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["accepted"]) == ("sent", 1)


def test_the_audience_is_who_reads_when_it_starts(village: Village) -> None:
    schedule(village)
    village.change("anna", lambda session, anna: session.delete(anna))

    village.work(later=HOUR)

    assert village.receipt()["candidates"] == 0


def test_a_start_is_refused_while_preflight_blocks(village: Village) -> None:
    village.build("anna")
    lose_the_postal_address(village)

    with pytest.raises(Blocked, match="identity"):
        village.start()

    mend(village)
    village.start()
    assert village.receipt()["waiting"] == 1


def test_what_blocks_by_then_holds_it_with_the_reason(village: Village) -> None:
    schedule(village)
    lose_the_postal_address(village)

    village.work(later=HOUR)

    document = village.receipt()
    assert document["state"] == "held"
    assert "identity" in document["reason"]
    with pytest.raises(Blocked):
        resume(village)
    mend(village)
    resume(village)
    village.work()
    assert village.receipt()["accepted"] == 1


def test_over_an_hour_late_it_is_held_and_a_person_is_asked(village: Village) -> None:
    schedule(village)

    village.work(later=3 * HOUR)

    document = village.receipt()
    assert document["state"] == "held"
    assert "120 minutes ago" in document["reason"]
    resume(village)
    village.work()
    assert village.receipt()["state"] == "sent"


def test_a_cancelled_schedule_frees_the_issue(village: Village) -> None:
    schedule(village)

    with pytest.raises(IssueFrozen):
        change_the_subject(village)
    cancel(village)
    assert village.receipt()["state"] == "cancelled"
    village.work(later=HOUR)
    assert village.receipt()["candidates"] == 0
    change_the_subject(village)
    village.start()
    village.work()
    assert village.receipt()["accepted"] == 1


def test_a_paused_schedule_waits_for_a_person(village: Village) -> None:
    schedule(village)
    village.pause()

    village.work(later=HOUR)

    assert village.receipt()["state"] == "paused"
    resume(village)
    village.work()
    assert village.receipt()["accepted"] == 1
    with pytest.raises(NotNowPossible, match="only one that is paused, held"):
        resume(village)


def test_what_cannot_be_rendered_by_then_holds_it_too(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule(village)
    with monkeypatch.context() as patch:
        patch.setattr(plan, "produce", broken)
        village.work(later=HOUR)

    document = village.receipt()
    assert (document["state"], document["reason"]) == ("held", "The template broke.")


def broken(*_given: object, **_named: object) -> None:
    raise NewsletterError("The template broke.")


def test_a_freeze_that_fails_takes_the_start_back(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.build("anna")

    with monkeypatch.context() as patch:
        patch.setattr(plan, "produce", broken)
        with pytest.raises(NewsletterError, match="The template broke"):
            village.start()

    with pytest.raises(NoMailing):
        village.receipt()
    village.start()
    village.work()
    assert village.receipt()["accepted"] == 1


@pytest.mark.parametrize(
    ("prepare", "act"),
    [
        (Village.build, Village.start),
        (lambda village, _name: schedule(village), begin),
        (lambda village, _name: hold(village), resume),
    ],
    ids=["start", "begin", "resume"],
)
def test_nobody_waits_while_the_gate_looks(
    village: Village,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[Village, str], None],
    act: Callable[[Village], None],
) -> None:
    prepare(village, "anna")
    looked = []

    def look(*given: Any, **named: Any) -> Findings:
        """A reader signs up and an editor saves, meanwhile."""
        with village.database.write.begin() as session:
            session.execute(select(Issue.id).with_for_update(nowait=True))
            session.execute(select(Mailing.id).with_for_update(nowait=True))
        looked.append(True)
        return gate(*given, **named)

    monkeypatch.setattr(mailings, "gate", look)
    monkeypatch.setattr(plan, "gate", look)
    act(village)
    village.work()

    assert looked
    assert village.receipt()["accepted"] == 1


def hold(village: Village) -> None:
    schedule(village)
    lose_the_postal_address(village)
    village.work(later=HOUR)
    mend(village)


def test_an_issue_changed_since_the_gate_is_looked_at_again(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.build("anna")
    looked = []

    def look(*given: Any, **named: Any) -> Findings:
        found = gate(*given, **named)
        if not looked:
            change_the_subject(village)
        looked.append(True)
        return found

    monkeypatch.setattr(mailings, "gate", look)
    village.start()

    assert looked == [True, True]


def test_a_start_that_waited_for_an_editor_sends_what_the_editor_saved(
    village: Village,
) -> None:
    village.build("anna")
    troubles: list[BaseException] = []

    def start() -> None:
        try:
            village.act(
                lambda s, i: mailings.start(
                    s, village.settings, i, by=BY, now=village.now
                )
            )
        except BaseException as error:
            troubles.append(error)

    starting = threading.Thread(target=start)
    with village.database.write.begin() as session:
        issue = find_issue(session, 42)
        set_headings(
            session, issue, subject="Anders", preheader="", edit=Edit(village.now)
        )
        session.flush()
        starting.start()
        starting.join(0.5)
    starting.join()
    village.work()

    assert troubles == []
    assert "Subject: Anders" in village.outbox()["anna"]
