"""Whom we forget the provider is asked to forget too, by a job of that transaction."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from database.session import Database
from newsletter import privacy
from newsletter.erasure.models import Erasure
from newsletter.jobs.models import Job, JobState
from newsletter.worker import WorkerTrouble
from subscribers.subscriptions import find_subscriber
from tests.conftest import NOW
from tests.factories import ANNA, BEN, a_list, a_reader
from tests.newsletter.dispatch.village import Village
from tests.stand_ins.sendgrid import Reply, SendGridStandIn

DAY = timedelta(days=1)


@pytest.fixture
def village(database: Database, tmp_path: Path) -> Village:
    return Village(database, tmp_path / "home")


@pytest.fixture
def sendgrid(village: Village) -> Iterator[SendGridStandIn]:
    with SendGridStandIn() as server:
        village.with_settings(
            BUURTPOST_PROVIDER="sendgrid",
            BUURTPOST_BASE_URL="https://post.example.nl",
            SENDGRID_HOST=server.url,
            SENDGRID_API_KEY=server.key,
        )
        yield server


def forget_anna(village: Village) -> None:
    with village.database.write.begin() as session:
        mailing_list = a_list(session)
        a_reader(session, mailing_list, BEN)
        privacy.forget(session, a_reader(session, mailing_list, ANNA), now=NOW)


def erasures(village: Village) -> list[tuple[bool, bool]]:
    """Of each: whether the address is still there, and whether it is done."""
    with village.database.read() as session:
        rows = session.scalars(select(Erasure).order_by(Erasure.id))
        return [(row.sealed is not None, row.done_at is not None) for row in rows]


def test_the_provider_is_asked_and_the_address_is_emptied(
    village: Village, sendgrid: SendGridStandIn
) -> None:
    forget_anna(village)
    assert erasures(village) == [(True, False)]

    village.work()

    assert sendgrid.erased == [ANNA]
    assert erasures(village) == [(False, True)]


def test_nobody_reads_the_address_while_it_waits(village: Village) -> None:
    forget_anna(village)

    with village.database.read() as session:
        [row] = session.scalars(select(Erasure))
        [job] = session.scalars(select(Job))
        assert b"anna" not in (row.sealed or b"")
        assert job.payload == {"erasure": row.id}


def test_an_erasure_that_is_rolled_back_asks_nobody(village: Village) -> None:
    with village.database.write() as session:
        anna = a_reader(session, a_list(session), ANNA)
        privacy.forget(session, anna, now=NOW)
        session.rollback()

    assert erasures(village) == []


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (Reply(503), None),
        (Reply(429), None),
        (Reply(403, "access forbidden"), "recipients.erasejob.create"),
    ],
)
def test_a_provider_that_will_not_is_asked_again(
    village: Village, sendgrid: SendGridStandIn, reply: Reply, says: str | None
) -> None:
    sendgrid._misbehave = lambda number, _body: reply if number == 1 else None
    forget_anna(village)

    if says:
        with pytest.raises(WorkerTrouble, match=says):
            village.work()
    else:
        village.work()
    assert erasures(village) == [(True, False)]
    with village.database.read() as session:
        [job] = session.scalars(select(Job))
        assert job.state is JobState.WAITING
        assert "anna" not in job.error

    village.work(later=DAY)
    assert sendgrid.erased == [ANNA]


def test_what_is_never_done_is_forgotten_in_the_end(village: Village) -> None:
    from newsletter.erasure.erasure import KEEP_DAYS, forget_undone

    forget_anna(village)

    forget_undone(village.database, now=NOW + KEEP_DAYS * DAY)
    assert erasures(village) == [(True, False)]
    forget_undone(village.database, now=NOW + (KEEP_DAYS + 1) * DAY)
    assert erasures(village) == [(False, False)]
    village.work()  # the job finds nothing to do


def test_the_outbox_loses_its_mails_to_them(village: Village) -> None:
    village.build("anna", "ben")
    village.start()
    village.work()
    assert set(village.outbox()) == {"anna", "ben"}

    with village.database.write.begin() as session:
        anna = find_subscriber(session, ANNA)
        assert anna is not None
        privacy.forget(session, anna, now=NOW)
    village.work()

    assert set(village.outbox()) == {"ben"}
