"""What is reported moves the ledger: once, in any order, and never twice."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from database.session import Database
from newsletter import privacy
from newsletter.dispatch.models import Delivery
from newsletter.dispatch.returns.ageing import KEEP_DAYS, forget_old
from newsletter.dispatch.returns.apply import Applied
from newsletter.dispatch.returns.models import ReportedEvent
from newsletter.dispatch.states import TO, DeliveryState
from newsletter.jobs.models import Job
from newsletter.providers.events import Event, EventKind
from subscribers import suppression
from subscribers.models import Subscriber
from tests.conftest import NOW, Begin
from tests.newsletter.dispatch.returns.reports import (
    apply,
    come_in,
    delivery_id,
    put,
    report,
    state_of,
    subscription_of,
    why_suppressed,
)
from tests.newsletter.dispatch.village import Village, check_sums


@pytest.fixture
def sent(village: Village, begin: Begin) -> Village:
    """Anna's and Ben's mails are accepted."""

    def send() -> None:
        village.build("anna", "ben", editions=())
        village.start()
        village.work()

    begin("anna_and_ben_sent", village.home, send)
    village.now = NOW + timedelta(hours=1)
    return village


@pytest.mark.parametrize(
    ("kind", "becomes", "suppressed", "subscription"),
    [
        ("taken", "accepted", None, "confirmed"),
        ("delivered", "delivered", None, "confirmed"),
        ("hard_bounce", "bounced", "bounced", "confirmed"),
        ("soft_bounce", "bounced", None, "confirmed"),
        ("dropped", "refused", None, "confirmed"),
        ("complaint", "complained", "complained", "ended"),
        ("left", "accepted", None, "ended"),
        ("unknown", "accepted", None, "confirmed"),
    ],
)
def test_a_report_means(
    sent: Village, kind: str, becomes: str, suppressed: str | None, subscription: str
) -> None:
    come_in(sent, report(sent, "anna", kind))
    sent.work()

    assert state_of(sent, "anna") == becomes
    assert why_suppressed(sent, "anna") == suppressed
    assert subscription_of(sent, "anna") == subscription
    assert (state_of(sent, "ben"), why_suppressed(sent, "ben")) == ("accepted", None)
    check_sums(sent.receipt())


def test_the_receipt_counts_what_came_back(sent: Village) -> None:
    come_in(sent, report(sent, "anna", "delivered"), report(sent, "ben", "hard_bounce"))
    sent.work()

    receipt = sent.receipt()
    assert (receipt["accepted"], receipt["delivered"], receipt["bounced"]) == (0, 1, 1)


def test_the_same_report_is_stored_once(sent: Village) -> None:
    one = report(sent, "anna", "delivered")

    assert come_in(sent, one, one) == 1
    assert come_in(sent, one) == 0
    assert come_in(sent, one, provider="bounces") == 1


def test_storing_changes_nothing_yet(sent: Village) -> None:
    come_in(sent, report(sent, "anna", "hard_bounce"))

    assert state_of(sent, "anna") == "accepted"
    assert why_suppressed(sent, "anna") is None


_MAPPED = {
    "taken": "accepted",
    "delivered": "delivered",
    "hard_bounce": "bounced",
    "soft_bounce": "bounced",
    "dropped": "refused",
    "complaint": "complained",
}


def test_every_state_takes_only_what_the_ledgers_table_allows(
    sqlite_database: Database, tmp_path: Path
) -> None:
    village = Village(sqlite_database, tmp_path / "home")
    village.build("anna", editions=())
    village.start()
    village.work()
    for state in set(DeliveryState) - {DeliveryState.SENDING}:
        for kind, becomes in _MAPPED.items():
            put(village, "anna", state)
            come_in(village, report(village, "anna", kind, key=f"{state} {kind}"))
            apply(village)

            allowed = DeliveryState(becomes) in TO[state]
            expected = becomes if allowed else state.value
            assert state_of(village, "anna") == expected, (state, kind)


def test_a_report_about_a_mail_on_its_way_waits_for_the_ledger(sent: Village) -> None:
    put(sent, "anna", "sending")
    come_in(sent, report(sent, "anna", "hard_bounce"), report(sent, "ben", "delivered"))
    sent.work()

    assert (state_of(sent, "anna"), state_of(sent, "ben")) == ("sending", "delivered")
    assert why_suppressed(sent, "anna") is None

    put(sent, "anna", "accepted")
    sent.work(later=timedelta(minutes=1))

    assert state_of(sent, "anna") == "bounced"
    assert why_suppressed(sent, "anna") == "bounced"


def test_however_many_posts_came_only_one_job_keeps_looking(sent: Village) -> None:
    put(sent, "anna", "sending")
    for number in range(4):
        come_in(sent, report(sent, "anna", "delivered", key=str(number)))
    sent.work()

    with sent.database.read() as session:
        waiting = session.scalar(
            select(func.count()).select_from(Job).where(Job.state == "waiting")
        )
    assert waiting == 1


def test_a_bounce_that_lost_our_id_is_found_by_its_address(sent: Village) -> None:
    with sent.database.write.begin() as session:
        anna = session.scalars(
            select(Subscriber).where(Subscriber.address == "anna@example.nl")
        ).one()
        mailed = session.scalars(
            select(Delivery).where(Delivery.subscriber_id == anna.id)
        ).one()
        mailed.address_hash = suppression.hash_of(session, anna.address)

    def lost(key: str, days: int) -> Event:
        return Event(
            key,
            EventKind.HARD_BOUNCE,
            "bounce",
            NOW + timedelta(days=days, seconds=1),
            None,
            "Anna@Example.nl",
        )

    come_in(sent, lost("much later", 8))
    sent.work()
    assert state_of(sent, "anna") == "accepted"

    come_in(sent, lost("in time", 2))
    sent.work()
    assert state_of(sent, "anna") == "bounced"


@pytest.mark.parametrize("delivery", ["1-99", "99-1", "test-42-0a1b2c3d", "service-7"])
def test_a_report_about_a_mail_we_do_not_know_changes_nothing(
    sent: Village, delivery: str
) -> None:
    stray = Event("x", EventKind.COMPLAINT, "spamreport", NOW, delivery, None)
    come_in(sent, stray)

    assert apply(sent) == Applied(1, 0)
    assert sent.receipt()["accepted"] == 2


def _soft(village: Village, *days: float, name: str = "anna") -> None:
    come_in(
        village,
        *(
            report(
                village,
                name,
                "soft_bounce",
                key=f"{name} {day}",
                at=NOW + timedelta(days=day),
            )
            for day in days
        ),
    )
    apply(village)


@pytest.mark.parametrize(
    ("days", "suppressed"),
    [
        ((0, 1, 2, 3), None),
        ((0, 1, 2, 3, 4), "bounced"),
        ((4, 2, 0, 1, 3), "bounced"),
        ((0, 0.01, 0.02, 0.03, 0.04), None),  # every try of one day is one point
        ((0, 2, 4, 6, 8), None),  # the first has expired
        ((0, 2, 4, 6, 8, 8.5, 9, 10), "bounced"),
    ],
)
def test_soft_bounces_count_and_expire(
    sent: Village, days: tuple[float, ...], suppressed: str | None
) -> None:
    _soft(sent, *days)

    assert why_suppressed(sent, "anna") == suppressed


def test_when_soft_bounces_suppress_is_a_setting(sent: Village) -> None:
    sent.with_settings(BUURTPOST_SOFT_BOUNCES="2/30d")
    _soft(sent, 0, 29)
    _soft(sent, 0, name="ben")

    assert why_suppressed(sent, "anna") == "bounced"
    assert why_suppressed(sent, "ben") is None


def test_what_staff_lifted_stays_lifted_when_reports_are_repeated(
    sent: Village,
) -> None:
    bounce = report(sent, "anna", "hard_bounce")
    come_in(sent, bounce)
    apply(sent)
    with sent.database.write.begin() as session:
        found = session.scalars(
            select(Subscriber).where(Subscriber.address == "anna@example.nl")
        ).one()
        session.delete(session.get_one(suppression.Suppression, found.address_hash))
    come_in(sent, bounce)
    apply(sent)

    assert why_suppressed(sent, "anna") is None


def test_more_reports_than_fit_in_one_transaction(sent: Village) -> None:
    come_in(
        sent,
        *(report(sent, "anna", "delivered", key=f"{n}") for n in range(1201)),
    )

    assert apply(sent) == Applied(1201, 0)
    assert Counter([state_of(sent, "anna")]) == Counter(["delivered"])


def test_an_id_echoed_is_the_one_in_the_ledger(sent: Village) -> None:
    assert delivery_id(sent, "anna") != delivery_id(sent, "ben")


def test_two_who_apply_at_once_lose_nothing(sent: Village) -> None:
    kinds = ("taken", "delivered", "hard_bounce")
    come_in(
        sent,
        *(
            report(sent, name, kind, key=f"{kind} {name} {number}")
            for number in range(40)
            for name in ("anna", "ben")
            for kind in kinds
        ),
    )

    with ThreadPoolExecutor(3) as threads:
        done = [
            each.result() for each in [threads.submit(apply, sent) for _ in range(3)]
        ]

    assert sum(applied.applied for applied in done) == 240
    assert (state_of(sent, "anna"), state_of(sent, "ben")) == ("bounced", "bounced")
    check_sums(sent.receipt())


def test_old_reports_are_let_go_and_what_became_of_the_mail_stays(
    sent: Village,
) -> None:
    come_in(sent, report(sent, "anna", "delivered"))
    apply(sent)
    come_in(sent, report(sent, "ben", "delivered"))
    later = sent.now + timedelta(days=KEEP_DAYS, seconds=1)

    assert forget_old(sent.database, now=sent.now) == 0
    assert forget_old(sent.database, now=later) == 1
    assert state_of(sent, "anna") == "delivered"
    assert apply(sent) == Applied(1, 0)


def test_a_person_can_see_what_was_reported_and_have_it_forgotten(
    sent: Village,
) -> None:
    come_in(
        sent,
        report(sent, "anna", "delivered", detail="250 ok"),
        report(sent, "anna", "hard_bounce", status="5.1.1", detail="550 Anna unknown"),
    )
    apply(sent)
    with sent.database.write.begin() as session:
        anna = session.scalars(
            select(Subscriber).where(Subscriber.address == "anna@example.nl")
        ).one()
        (shown,) = privacy.export(session, anna)["reports"]
        privacy.forget(session, anna, now=sent.now)

    assert (shown["kind"], shown["status"]) == ("hard_bounce", "5.1.1")
    with sent.database.read() as session:
        kept = session.execute(
            select(ReportedEvent.address_hash, ReportedEvent.detail)
        ).all()
    assert [tuple(row) for row in kept] == [(None, ""), (None, "")]
    assert sent.receipt()["bounced"] == 1
