"""A reader moves to another address: one mail, one button, everything comes along."""

from datetime import date

import pytest
from sqlalchemy import select

from newsletter import privacy, signup
from newsletter.dispatch.departures import leave, subscription_of
from newsletter.dispatch.models import Delivery
from newsletter.jobs.models import Job
from subscribers import subscriptions, suppression
from subscribers.addresses import BadAddress
from subscribers.models import (
    Frequency,
    SignupRequest,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.tokens import Purpose, Signer
from subscribers.verification import verify
from tests.conftest import NOW
from tests.factories import ANNA, BEN, a_list, a_mailing_to, a_partner, a_reader

NEW = "anna@elders.example"
signer = Signer((b"a key",))


@pytest.fixture
def anna(session):
    """Reads two lists, one with a partner's edition, and rests until Christmas."""
    lpb = a_partner(session)
    buurtwijs = a_list(session)
    anna = a_reader(
        session, buurtwijs, name="Anna", region_code="GM0193", partners=[lpb]
    )
    a_reader(session, a_list(session, "agenda"))
    anna.paused_until = date(2026, 12, 25)
    anna.frequency = Frequency.MONTHLY
    subscription = subscriptions.find_subscription(session, anna, buurtwijs)
    subscription.edition_sender_id = lpb.id
    session.flush()
    return anna


def _move(session, anna, address=NEW):
    signup.request_move(session, anna, address=address, language="nl", now=NOW)


def _confirm(session, *, address=NEW):
    token = _token(session, address=address)
    return signup.confirm(session, token, signer=signer, now=NOW)


def _token(session, *, address=NEW):
    subscriber = subscriptions.find_subscriber(session, address)
    request = session.scalars(
        select(SignupRequest.id)
        .where(
            SignupRequest.source == "move",
            SignupRequest.subscriber_id == subscriber.id,
        )
        .order_by(SignupRequest.id)
    ).first()
    return signer.sign(Purpose.CONFIRM, request)


def test_nothing_moves_before_the_new_mailbox_confirms(session, anna):
    _move(session, anna)

    assert len(session.scalars(select(Job)).all()) == 1
    assert {each.state for each in subscriptions.subscriptions_of(session, anna)} == {
        SubscriptionState.CONFIRMED
    }
    new = subscriptions.find_subscriber(session, NEW)
    assert new.name is None


def test_everything_comes_along_and_the_old_address_is_gone(session, anna):
    _move(session, anna)

    first = _confirm(session)
    again = _confirm(session)

    assert first.id == again.id
    assert subscriptions.find_subscriber(session, ANNA) is None
    held = privacy.export(session, subscriptions.find_subscriber(session, NEW))
    assert (held["name"], held["region"]["name"]) == ("Anna", "Zwolle")
    assert held["paused_until"] == "2026-12-25"
    assert held["frequency"] == "monthly"
    assert [
        (each["list"], each["state"], each["edition"], len(each["partners"]))
        for each in held["subscriptions"]
    ] == [("buurtwijs", "confirmed", "lpb", 1), ("agenda", "confirmed", None, 0)]
    assert ANNA not in str(held)
    assert verify(session) == []


def test_one_can_leave_by_the_links_in_the_old_mails(session, anna):
    mailing = a_mailing_to(session, anna)
    _move(session, anna)
    moved = _confirm(session)

    assert leave(session, mailing, 0, now=NOW)

    assert moved.state is SubscriptionState.ENDED


def test_after_two_moves_the_oldest_mails_still_know_whose_they_are(session, anna):
    mailing = a_mailing_to(session, anna)
    _move(session, anna)
    _confirm(session)
    second = subscriptions.find_subscriber(session, NEW)
    _move(session, second, "anna@derde.example")

    moved = _confirm(session, address="anna@derde.example")

    assert leave(session, mailing, 0, now=NOW)
    assert moved.state is SubscriptionState.ENDED


def test_who_moved_and_is_forgotten_is_nobody_in_the_older_mails_too(session, anna):
    mailing = a_mailing_to(session, anna)
    _move(session, anna)
    _confirm(session)

    moved = subscriptions.find_subscriber(session, NEW)
    assert [one["issue"] for one in privacy.export(session, moved)["deliveries"]] == [
        42
    ]
    privacy.forget(session, moved, now=NOW)

    delivery = session.get_one(Delivery, (mailing, 0))
    assert delivery.subscriber_id is None
    assert not leave(session, mailing, 0, now=NOW)


def test_who_reads_at_both_addresses_keeps_one(session, anna):
    buurtwijs = subscriptions.subscriptions_of(session, anna)[0].mailing_list
    ben = a_reader(session, buurtwijs, BEN, name="Ben")
    mailing = a_mailing_to(session, anna, ben)
    _move(session, anna, BEN)

    _confirm(session, address=BEN)

    assert subscription_of(session, mailing, 0) is None
    assert subscription_of(session, mailing, 1).subscriber.address == BEN


def test_a_suppressed_address_is_no_place_to_move_to(session, anna):
    suppression.suppress(
        session, address=NEW, reason=SuppressionReason.COMPLAINED, now=NOW
    )
    _move(session, anna)

    assert _confirm(session) is None
    assert subscriptions.find_subscriber(session, ANNA) is anna


def test_moving_to_where_one_is_or_to_no_address(session, anna):
    _move(session, anna, " Anna@Example.nl ")
    assert session.scalars(select(Job)).all() == []

    with pytest.raises(BadAddress):
        _move(session, anna, "nergens")


def test_who_leaves_before_the_new_mailbox_confirms_does_not_come_back_by_it(
    session, anna
):
    _move(session, anna)
    token = _token(session)
    subscription = subscriptions.subscriptions_of(session, anna)[0]
    subscriptions.end(session, subscription, source="one-click", now=NOW)

    assert signup.confirm(session, token, signer=signer, now=NOW) is None

    new = subscriptions.find_subscriber(session, NEW)
    assert {one.state for one in subscriptions.subscriptions_of(session, new)} == {
        SubscriptionState.PENDING
    }


def test_a_partner_refused_in_the_meantime_does_not_come_along(session, anna):
    _move(session, anna)
    subscription = subscriptions.subscriptions_of(session, anna)[0]
    [lpb] = subscriptions.partners_of(session, subscription)
    subscriptions.withdraw_partner(
        session, anna, subscription.mailing_list, lpb, now=NOW
    )

    moved = _confirm(session)

    assert subscriptions.partners_of(session, moved) == []
