"""A server's answer to our own mail: who is gone is suppressed at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.dispatch.returns.models import ReportedEvent
from newsletter.providers.events import EventKind
from subscribers import suppression
from subscribers.models import Subscriber
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.returns.reports import state_of
from tests.newsletter.dispatch.village import Village, check_sums

HARD, SOFT = EventKind.HARD_BOUNCE, EventKind.SOFT_BOUNCE


def suppressed(village: Village) -> set[str]:
    with village.database.read() as session:
        return {
            one.address.partition("@")[0]
            for one in session.scalars(select(Subscriber))
            if suppression.reason_for(session, one.address_hash) is not None
        }


def reports(village: Village) -> list[tuple[EventKind, str]]:
    with village.database.read() as session:
        events = session.scalars(select(ReportedEvent).order_by(ReportedEvent.id))
        return [(event.kind, event.status) for event in events]


@pytest.mark.parametrize(
    ("words", "report"),
    [
        ("550 5.1.1 <address>: User unknown", (HARD, "5.1.1")),
        ("550 5.1.2 No such domain", (HARD, "5.1.2")),
        ("556 5.1.10 Recipient has a null MX", (HARD, "5.1.10")),
        ("550 5.2.1 Mailbox disabled", (HARD, "5.2.1")),
        ("552 5.2.2 Mailbox full", (SOFT, "5.2.2")),
        ("554 5.7.1 Rejected by policy", (SOFT, "5.7.1")),
        ("550 5.1.1 Blocked as spam", (SOFT, "5.1.1")),
        ("550 We do not like you", (SOFT, "")),
        # What a reader's server never said.
        ("The address cannot be mailed to.", None),
        ("400 The to address is invalid", None),
        ("413 Payload too large", None),
    ],
)
def test_an_answer_means(
    village: Village,
    scripted: Scripted,
    words: str,
    report: tuple[EventKind, str] | None,
) -> None:
    village.build("anna", "ben", editions=())
    village.start()
    scripted.answers = {"anna": "refuse"}
    scripted.words = {"anna": words}

    village.work()

    assert reports(village) == ([report] if report else [])
    is_gone = report is not None and report[0] is HARD
    assert suppressed(village) == ({"anna"} if is_gone else set())
    # They were refused and stay so: nothing came back, since nothing was taken.
    assert (state_of(village, "anna"), state_of(village, "ben")) == (
        "refused",
        "accepted",
    )
    check_sums(village.receipt())


def test_refused_at_every_try_is_one_soft_bounce(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", editions=())
    village.start()
    scripted.answers = {"anna": "later"}
    scripted.words = {"anna": "452 4.2.2 Mailbox full"}

    for _ in range(40):
        village.work(later=timedelta(hours=2))

    assert state_of(village, "anna") == "refused"
    assert reports(village) == [(SOFT, "4.2.2")]


def test_who_is_gone_is_not_tried_again_by_a_retry(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben", editions=())
    village.start()
    scripted.answers = {"anna": "refuse", "ben": "refuse"}
    scripted.words = {"anna": "550 5.1.1 User unknown", "ben": "554 5.7.1 Policy"}
    village.work()

    scripted.answers = {}
    village.retry()
    village.work(later=timedelta(minutes=1))

    assert (state_of(village, "anna"), state_of(village, "ben")) == (
        "cancelled",
        "accepted",
    )
    assert scripted.got == {"ben": 1}


def test_refused_again_after_a_retry_is_another_answer(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben", "cleo", editions=())
    village.start()
    scripted.answers = {"anna": "refuse"}
    scripted.words = {"anna": "554 5.7.1 Policy"}
    village.work()
    village.retry()
    village.work(later=timedelta(days=1))

    assert reports(village) == [(SOFT, "5.7.1")] * 2
