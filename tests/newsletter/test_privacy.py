import json

import pytest
from sqlalchemy import select, text

from newsletter import privacy
from newsletter.correspondence.models import ServiceMail, ServiceMailState
from newsletter.dispatch.models import Delivery
from newsletter.dispatch.states import DeliveryState
from newsletter.issues.models import Issue
from newsletter.workflow.models import ApprovalLink
from newsletter.workflow.remarks import remark, remarks_of
from subscribers import moving, subscriptions, suppression
from subscribers.models import SignupRequest, Subscriber, SuppressionReason
from subscribers.verification import verify
from tests.at_once import both_at_once
from tests.conftest import NOW
from tests.factories import (
    ANNA,
    BEN,
    a_list,
    a_mailing_to,
    a_partner,
    a_reader,
    a_sign_up,
)


@pytest.fixture
def anna(session):
    """Somebody with a bit of everything, beside a reader who must stay untouched."""
    mailing_list, lpb = a_list(session), a_partner(session)
    anna = a_reader(
        session, mailing_list, ANNA, name="Anna", region_code="GM0193", partners=[lpb]
    )
    ben = a_reader(session, mailing_list, BEN, name="Ben")
    a_sign_up(session, mailing_list, ANNA, name="Anna Wit")
    a_mailing_to(session, anna, ben)
    session.add(
        ServiceMail(
            kind="confirmation",
            address=ANNA,
            language="nl",
            values={},
            state=ServiceMailState.WAITING,
            created_at=NOW,
        )
    )
    session.flush()
    return anna


def test_what_somebody_said_of_an_issue_is_shown_and_erased(session, anna):
    """They were asked to look along, by a link."""
    issue = session.scalars(select(Issue)).one()
    link = ApprovalLink(
        issue_id=issue.id,
        email=ANNA,
        language="nl",
        invited_by="operator",
        created_at=NOW,
        valid_until=NOW,
    )
    session.add(link)
    session.flush()
    remark(session, issue, {"": "Mooi."}, by=ANNA, link=link, now=NOW)

    [held] = privacy.export(session, anna)["approvals"]
    assert held["remarks"] == ["Mooi."]

    privacy.forget(session, anna, now=NOW)
    assert remarks_of(session, issue) == []


def test_we_show_everything_we_hold(session, anna):
    held = privacy.export(session, anna)

    assert json.loads(json.dumps(held)) == held
    assert held["address"] == ANNA
    assert held["region"] == {"code": "GM0193", "name": "Zwolle"}
    assert held["subscriptions"][0]["partners"][0]["partner"] == "lpb"
    assert held["deliveries"][0]["issue"] == 42
    assert held["sign_ups"][-1]["name"] == "Anna Wit"
    assert {record["act"] for record in held["consent"]} == {"requested", "confirmed"}
    assert BEN not in json.dumps(held)


def test_forgetting_leaves_the_address_nowhere(session, anna):
    address_hash = anna.address_hash

    privacy.forget(session, anna, now=NOW)

    session.flush()
    assert ANNA not in _everything(session)
    assert "Anna" not in _everything(session)
    assert subscriptions.find_subscriber(session, ANNA) is None
    reason = suppression.reason_for(session, address_hash)
    assert reason is SuppressionReason.ERASED


def test_forgetting_one_keeps_the_sums_the_chain_and_the_others(session, anna):
    privacy.forget(session, anna, now=NOW)

    rows = session.scalars(select(Delivery).order_by(Delivery.seq)).all()
    assert [row.state for row in rows] == [DeliveryState.BOUNCED] * 2
    assert rows[0].subscriber_id is None
    assert rows[1].detail == f"550 <{BEN}> unknown"
    assert session.scalars(select(Subscriber.address)).all() == [BEN]
    assert verify(session) == []


def test_who_was_forgotten_and_returns_begins_anew(session, anna):
    privacy.forget(session, anna, now=NOW)

    back = a_reader(session, subscriptions_list(session), ANNA)

    held = privacy.export(session, back)
    assert held["deliveries"] == []
    assert held["suppression"] is None
    assert held["name"] is None


def test_the_graver_reason_stays_when_somebody_is_forgotten(session, anna):
    address_hash = anna.address_hash
    suppression.suppress(
        session,
        address_hash=address_hash,
        reason=SuppressionReason.COMPLAINED,
        now=NOW,
    )

    privacy.forget(session, anna, now=NOW)

    reason = suppression.reason_for(session, address_hash)
    assert reason is SuppressionReason.COMPLAINED


def subscriptions_list(session):
    return session.scalars(select(Issue)).one().mailing_list


def _everything(session) -> str:
    """Every value in every table, as text."""
    return "\n".join(
        str(row)
        for table in Subscriber.metadata.sorted_tables
        for row in session.execute(text(f"select * from {table.name}"))
    )


def test_a_move_that_was_asked_for_is_forgotten_too(session):
    anna = a_reader(session, a_list(session), name="Anna")
    asked = moving.request(
        session, anna, address="anna@elders.example", language="nl", now=NOW
    ).id

    privacy.forget(session, anna, now=NOW)

    assert session.get(SignupRequest, asked) is None


def test_pressing_erase_twice_at_once_erases_once(database):
    with database.write.begin() as session:
        anna = a_reader(session, a_list(session)).id

    def erase(session):
        if subscriber := session.get(Subscriber, anna):
            privacy.forget(session, subscriber, now=NOW)

    both_at_once(database, erase, erase)

    with database.read() as session:
        assert session.get(Subscriber, anna) is None
        assert verify(session) == []
