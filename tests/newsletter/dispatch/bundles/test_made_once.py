"""One bundle a list and month: by itself, by hand, by two at once, after a crash."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from newsletter.agenda import RECURRING
from newsletter.dispatch.bundles import send
from newsletter.dispatch.bundles.errors import BadMonth, BundleFailed, NotYetBegun
from newsletter.dispatch.bundles.models import Bundle
from newsletter.dispatch.bundles.monthly import BUNDLES, make_due_bundles
from newsletter.dispatch.bundles.months import Month, read_number
from newsletter.dispatch.errors import AlreadyStarted
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingKind
from newsletter.jobs.models import Job
from newsletter.jobs.recurring import see_to
from subscribers.lists import add_list
from tests.conftest import NOW
from tests.factories import audit_lines
from tests.newsletter.dispatch.bundles.monthly import (
    DECEMBER,
    NOVEMBER,
    Monthly,
    day,
)
from tests.newsletter.dispatch.village import BY

DAY = timedelta(days=1)


def bundles(village: Monthly) -> list[tuple[str, datetime]]:
    with village.database.read() as session:
        return [
            (one.number, one.mailing.created_at)
            for one in session.scalars(select(Bundle).order_by(Bundle.number))
        ]


def mails(village: Monthly) -> int:
    with village.database.read() as session:
        return (
            session.scalar(
                select(func.count()).where(Mailing.kind == MailingKind.BUNDLE)
            )
            or 0
        )


def test_a_worker_makes_it_on_the_first_morning_of_the_next_month(
    village: Monthly,
) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(11, 5))
    see_to(village.context, RECURRING)

    village.now = day(11, 30, 22)
    assert village.sent() == {}
    village.now = day(12, 1, 8)  # nine o'clock in Amsterdam
    assert village.sent() == {}
    village.now = day(12, 1, 9)
    assert set(village.sent()) == {"ben"}

    for later in range(1, 40):
        village.now = day(12, 1, 9) + later * DAY
        village.sent()
    assert bundles(village) == [("2026-11", day(12, 1, 9))]
    with village.database.read() as session:
        waiting = select(Job.run_at).where(Job.kind == BUNDLES, Job.state == "waiting")
        assert session.scalars(waiting).all() == [day(1, 10).replace(year=2027)]


def test_a_month_nobody_was_there_for_is_in_the_next(village: Monthly) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(10, 5))
    village.mail(43, day(11, 19))

    village.make()

    mail = village.sent()["ben"]
    assert "Beginnen zonder plan" in mail
    assert "Nummer 43" in mail


def test_what_is_mailed_after_a_bundle_made_early_is_in_the_next(
    village: Monthly,
) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(11, 5))
    village.make(on=day(11, 10))
    village.mail(43, day(11, 19))

    village.now = day(12, 2)
    make_due_bundles(village.context, {})
    assert [number for number, _ in bundles(village)] == ["2026-11"]
    village.make(DECEMBER)

    assert "Nummer 43" not in village.sent()["ben"]
    december = village.sent("2026-12")["ben"]
    assert "Nummer 43" in december
    assert "Beginnen zonder plan" not in december


def test_a_second_one_is_refused_naming_the_first(monthly: Monthly) -> None:
    monthly.people(monthly=("ben",))
    monthly.mail(42, day(11, 5))
    monthly.make()

    with pytest.raises(AlreadyStarted, match="2026-11 was made already, by operator"):
        monthly.make()

    assert len(bundles(monthly)) == mails(monthly) == 1


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Something happens once it is rendered and before it is written down."""
    produce = send._produce

    def produced(*what: object) -> None:
        produce(*what)  # type: ignore[arg-type]
        happens()

    monkeypatch.setattr(send, "_produce", produced)


def test_of_two_workers_at_once_one_makes_it(
    monthly: Monthly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monthly.people(monthly=("ben",))
    monthly.mail(42, day(11, 5))
    monthly.now = day(12, 1)

    def the_other_was_faster() -> None:
        monkeypatch.undo()
        make_due_bundles(monthly.context, {})

    meanwhile(monkeypatch, the_other_was_faster)
    make_due_bundles(monthly.context, {})

    assert len(bundles(monthly)) == mails(monthly) == 1
    assert set(monthly.sent()) == {"ben"}


def test_who_dies_before_the_end_has_done_nothing_and_the_job_is_done_again(
    village: Monthly, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(11, 5))
    village.now = day(12, 1, 10)

    def dies(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(send, "finish_if_complete", dies)
        with pytest.raises(KeyboardInterrupt):
            make_due_bundles(village.context, {})
    assert mails(village) == 0

    make_due_bundles(village.context, {})
    make_due_bundles(village.context, {})  # it died after the commit: again, in vain

    assert mails(village) == 1
    assert set(village.sent()) == {"ben"}


def test_who_needs_another_version_meanwhile_gets_that_one(
    village: Monthly, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.people(monthly=("ben", "cleo"), friesian=("cleo",))
    village.mail(42, day(11, 5))
    village.change(
        "cleo", lambda _s, reader: setattr(reader, "paused_until", day(12, 9).date())
    )

    def back_again() -> None:
        village.change("cleo", lambda _s, one: setattr(one, "paused_until", None))

    meanwhile(monkeypatch, back_again)
    village.make()

    assert "Tussen balie en buurt" in village.sent()["cleo"]


def test_readers_who_never_hold_still_leave_nothing_half_done(
    village: Monthly, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(11, 5))
    monkeypatch.setattr(send, "_produce", lambda *_what: None)

    with pytest.raises(BundleFailed, match="start it again"):
        village.make()

    assert mails(village) == 0


def test_every_list_has_its_own(village: Monthly) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(11, 5))
    with village.database.write.begin() as session:
        other = add_list(
            session,
            slug="wijkpost",
            name="Wijkpost",
            sender="Stichting Wijkpost",
            from_address="post@wijk.example",
            postal_address="Dorp 1",
            now=NOW,
        )
        assert read_number(session, "2026-11-wijkpost") == (other, NOVEMBER)
        assert read_number(session, "2026-11")[0].slug == "buurtwijs"
        for wrong in ("2026-13", "2026-11-nergens", "november", "2026-11\0"):
            with pytest.raises(BadMonth):
                read_number(session, wrong)

    village.now = day(12, 1, 10)
    make_due_bundles(village.context, {})

    assert [number for number, _ in bundles(village)] == ["2026-11"]


def test_a_month_that_has_not_begun_is_refused(village: Monthly) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(11, 5))

    with pytest.raises(NotYetBegun, match="from 2026-12-01"):
        village.make(DECEMBER, on=day(11, 30))


@pytest.mark.parametrize(
    ("month", "before", "after"),
    [
        (Month(2026, 1), "2025-12", "2026-02"),
        (Month(2026, 11), "2026-10", "2026-12"),
        (Month(2026, 12), "2026-11", "2027-01"),
    ],
)
def test_months_follow_each_other(month: Month, before: str, after: str) -> None:
    assert (str(month.before), str(month.after)) == (before, after)


def test_who_makes_it_by_hand_stands_in_the_audit_log(village: Monthly) -> None:
    village.people(monthly=("ben",))
    village.mail(42, day(11, 5))
    village.make()

    with village.database.read() as session:
        (line,) = audit_lines(session, "bundle 2026-11")
        assert (line.by, line.act) == (BY, "mailing.bundle")
