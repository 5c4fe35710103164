"""Who signed up and did not press the button is reminded once, then forgotten."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from database.session import Database
from newsletter.correspondence.models import ServiceMail
from newsletter.correspondence.reminder import REMINDERS, remind_today
from newsletter.jobs.models import Job
from subscribers import subscriptions, suppression
from subscribers.lists import find_list
from subscribers.models import SignupRequest, SuppressionReason
from subscribers.subscriptions import find_subscriber
from subscribers.tokens import Purpose
from tests.conftest import NOW
from tests.factories import ANNA, BEN, CLEO, a_list, a_reader, a_sign_up
from tests.newsletter.dispatch.village import Village

DAY = timedelta(days=1)


@pytest.fixture
def village(database: Database, tmp_path: Path) -> Village:
    return Village(database, tmp_path / "home")


@pytest.fixture
def asked(village: Village) -> int:
    with village.database.write.begin() as session:
        return a_sign_up(session, a_list(session), ANNA)


def remind(village: Village, days: float) -> None:
    village.now = NOW + days * DAY
    remind_today(village.context, {})


def reminders(village: Village) -> list[ServiceMail]:
    with village.database.read() as session:
        kind = ServiceMail.kind == "reminder"
        return list(session.scalars(select(ServiceMail).where(kind)))


def test_halfway_the_days_one_reminder_with_a_link_that_confirms(
    village: Village, asked: int
) -> None:
    remind(village, 3.4)
    assert reminders(village) == []

    remind(village, 3.5)
    remind(village, 4.5)
    remind(village, 6.5)

    [mail] = reminders(village)
    assert mail.address == ANNA
    token = mail.values["url"].rpartition("/")[2].removesuffix("?lang=nl")
    read = village.context.signer.read
    assert read(Purpose.CONFIRM, token, now=NOW + 6.9 * DAY) == (asked,)
    assert read(Purpose.CONFIRM, token, now=NOW + 7 * DAY) is None
    with village.database.read() as session:
        planned = session.scalars(select(Job.kind).where(Job.kind == REMINDERS)).all()
    assert len(planned) == 1


def test_the_reminder_can_be_read(village: Village, asked: int) -> None:
    remind(village, 4)
    village.work()

    [mail] = (village.settings.outbox / "service").glob("*.eml")
    words = mail.read_text()
    assert "Wil je Buurtwijs nog lezen?" in words
    assert "/confirm/" in words


def _confirmed(session, mailing_list, request):
    subscriptions.confirm(session, request, now=NOW)


def _suppressed(session, mailing_list, request):
    suppression.suppress(session, address=ANNA, reason=SuppressionReason.LEFT, now=NOW)


def _gone(session, mailing_list, request):
    session.delete(session.get_one(SignupRequest, request))


def _reads_already(session, mailing_list, request):
    subscriptions.confirm(session, request, now=NOW)
    a_sign_up(session, mailing_list, ANNA)


def _left_before(session, mailing_list, request):
    subscription = subscriptions.confirm(session, request, now=NOW)
    subscriptions.end(session, subscription, source="test", now=NOW)
    a_sign_up(session, mailing_list, ANNA)


@pytest.mark.parametrize(
    "since", [_confirmed, _suppressed, _gone, _reads_already, _left_before]
)
def test_nobody_is_reminded_who(village, since):
    with village.database.write.begin() as session:
        mailing_list = a_list(session)
        request = a_sign_up(session, mailing_list, ANNA)
        since(session, mailing_list, request)

    remind(village, 4)

    assert reminders(village) == []


def test_of_several_sign_ups_the_last_is_reminded_of_and_only_once(
    village: Village,
) -> None:
    with village.database.write.begin() as session:
        buurtwijs = a_list(session)
        a_sign_up(session, buurtwijs, ANNA)
        last = a_sign_up(session, buurtwijs, ANNA, now=NOW + DAY)
        a_sign_up(session, a_list(session, "wijkpost"), ANNA)
        a_sign_up(session, buurtwijs, BEN)
        a_reader(session, buurtwijs, CLEO)

    remind(village, 5)
    with village.database.write.begin() as session:
        buurtwijs = find_list(session, "buurtwijs")
        a_sign_up(session, buurtwijs, ANNA, now=NOW + 5 * DAY)
    remind(village, 9)

    found = [(mail.address, mail.values["list"]) for mail in reminders(village)]
    assert sorted(found) == [
        (ANNA, "buurtwijs"),
        (ANNA, "wijkpost"),
        (BEN, "buurtwijs"),
    ]
    with village.database.read() as session:
        assert session.get_one(SignupRequest, last).reminded_at is not None


def test_who_does_not_answer_the_reminder_is_forgotten(
    village: Village, asked: int
) -> None:
    remind(village, 4)
    village.work()

    from newsletter import retention

    village.now = NOW + 7 * DAY + timedelta(seconds=1)
    retention.run(village.database, village.settings, now=village.now)

    with village.database.read() as session:
        assert find_subscriber(session, ANNA) is None
