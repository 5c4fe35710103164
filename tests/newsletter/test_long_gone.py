"""Who left is let go step by step: the details first, in the end the person."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from database.session import Database
from newsletter import retention
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.states import MailingState
from newsletter.erasure.models import Erasure
from subscribers import subscriptions, suppression
from subscribers.models import ConsentRecord, Subscriber, SuppressionReason
from subscribers.subscriptions import find_subscriber
from subscribers.verification import verify
from tests.conftest import NOW
from tests.factories import ANNA, BEN, CLEO, a_list, a_mailing_to, a_reader, a_sign_up
from tests.newsletter.dispatch.village import Village

DAY = timedelta(days=1)
DETAILS = {"name": "Anna", "region_code": "GM0193", "role_mask": 1, "language": "nl"}


@pytest.fixture
def village(database: Database, tmp_path: Path) -> Village:
    return Village(database, tmp_path / "home")


@pytest.fixture
def people(village: Village) -> None:
    """Anna left both lists, Ben one of two, Cleo none; all are in one mailing."""
    with village.database.write.begin() as session:
        buurtwijs, wijkpost = a_list(session), a_list(session, "wijkpost")
        anna = a_reader(session, buurtwijs, ANNA, **DETAILS)
        ben = a_reader(session, buurtwijs, BEN, **DETAILS)
        cleo = a_reader(session, buurtwijs, CLEO, **DETAILS)
        for reader, address in ((anna, ANNA), (ben, BEN)):
            a_reader(session, wijkpost, address)
            mine = subscriptions.subscriptions_of(session, reader)
            for one in mine if reader is anna else mine[:1]:
                subscriptions.end(session, one, source="test", now=NOW)
        a_mailing_to(session, anna, ben, cleo)


def night(village: Village, days: float) -> retention.Cleaned:
    now = NOW + days * DAY
    return retention.run(village.database, village.settings, now=now)


def known(village: Village) -> dict[str, str | None]:
    """The name we know of each address."""
    with village.database.read() as session:
        rows = session.execute(select(Subscriber.address, Subscriber.name))
        return dict(rows.all())


def test_the_details_of_who_left_go_after_ninety_days(
    village: Village, people: None
) -> None:
    assert night(village, 90).details == 0

    assert night(village, 91).details == 1
    assert night(village, 92).details == 0

    assert known(village) == {ANNA: None, BEN: "Anna", CLEO: "Anna"}
    with village.database.read() as session:
        anna = find_subscriber(session, ANNA)
        assert anna is not None
        assert (anna.region_code, anna.role_mask, anna.language) == (None, 0, None)
        lines = select(ConsentRecord).where(ConsentRecord.address == ANNA)
        assert session.scalars(lines).first() is not None  # the proof stays


def test_two_years_later_they_are_forgotten_and_stay_unmailed(
    village: Village, people: None
) -> None:
    assert night(village, 730).gone == 0
    assert night(village, 731).gone == 1

    assert set(known(village)) == {BEN, CLEO}
    with village.database.read() as session:
        address_hash = suppression.hash_of(session, ANNA)
        assert suppression.reason_for(session, address_hash) is SuppressionReason.LEFT
        assert verify(session) == []
        assert (
            session.scalars(
                select(Delivery.subscriber_id).order_by(Delivery.seq)
            ).all()[0]
            is None
        )
        addresses = session.scalars(select(ConsentRecord.address)).all()
        assert ANNA not in addresses
        assert session.query(Erasure).count() == 1


def test_who_may_not_be_mailed_is_let_go_in_the_same_steps(
    village: Village, people: None
) -> None:
    """A mailbox that is gone leaves nothing: its owner cannot."""
    with village.database.write.begin() as session:
        suppression.suppress(
            session, address=CLEO, reason=SuppressionReason.BOUNCED, now=NOW
        )

    assert night(village, 90).details == 0
    assert night(village, 91).details == 2  # Anna, who left, and Cleo
    assert known(village) == {ANNA: None, BEN: "Anna", CLEO: None}
    assert night(village, 731).gone == 2
    with village.database.read() as session:
        address_hash = suppression.hash_of(session, CLEO)
        reason = suppression.reason_for(session, address_hash)
        assert reason is SuppressionReason.BOUNCED


def test_who_comes_back_is_kept(village: Village, people: None) -> None:
    with village.database.write.begin() as session:
        anna = find_subscriber(session, ANNA)
        assert anna is not None
        [first, _other] = subscriptions.subscriptions_of(session, anna)
        request = a_sign_up(
            session, first.mailing_list, ANNA, now=NOW + 729 * DAY, name="Anna"
        )
    assert night(village, 731).gone == 0  # asked, and may still press the button

    with village.database.write.begin() as session:
        subscriptions.confirm(session, request, now=NOW + 732 * DAY)
    assert night(village, 900).gone == 0
    assert ANNA in known(village)


def test_what_servers_said_goes_ninety_days_after_a_mailing(
    village: Village, people: None
) -> None:
    def finish() -> None:
        with village.database.write.begin() as session:
            session.execute(
                update(Mailing).values(state=MailingState.SENT, finished_at=NOW)
            )

    assert night(village, 200).words == 0  # it is still being sent
    finish()
    assert night(village, 90).words == 0
    assert night(village, 91).words == 3
    assert night(village, 92).words == 0

    with village.database.read() as session:
        rows = session.execute(select(Delivery.detail, Delivery.subscriber_id)).all()
    assert {row.detail for row in rows} == {""}
    assert all(row.subscriber_id for row in rows)  # by an old link one can still leave
