from datetime import timedelta

import pytest
from sqlalchemy import func, select

from subscribers import consent, preferences, subscriptions, suppression, typed
from subscribers.models import (
    ConsentAct,
    ConsentRecord,
    MailingList,
    PartnerConsent,
    Sender,
    SignupRequest,
    Subscriber,
    Subscription,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.roles import mask_for
from subscribers.verification import verify
from tests.at_once import both_at_once
from tests.conftest import NOW
from tests.factories import ANNA, a_list, a_partner_sender, a_reader, a_sign_up

LATER = NOW + timedelta(days=1)


def _acts(session, subscriber):
    return [record.act for record in consent.records_of(session, subscriber.id)]


def _state(session, subscriber, mailing_list):
    found = subscriptions.find_subscription(session, subscriber, mailing_list)
    return found.state if found else None


def test_a_request_leaves_a_pending_subscription_and_nothing_of_the_form(session):
    mailing_list = a_list(session)

    a_sign_up(session, mailing_list, name="Anna", region_code="GM0193", role_mask=3)

    anna = subscriptions.find_subscriber(session, ANNA)
    assert _state(session, anna, mailing_list) is SubscriptionState.PENDING
    assert (anna.name, anna.region_code, anna.role_mask) == (None, None, 0)
    assert _acts(session, anna) == [ConsentAct.REQUESTED]


def test_confirming_applies_what_the_form_said(session):
    mailing_list, lpb = a_list(session), a_partner_sender(session)
    mask = mask_for(session, ["bewoner"])
    request = a_sign_up(
        session,
        mailing_list,
        name="Anna",
        region_code="GM0193",
        role_mask=mask,
        language="en",
        partners=[lpb],
    )

    subscription = subscriptions.confirm(session, request, now=LATER)

    anna = subscriptions.find_subscriber(session, ANNA)
    assert subscription.state is SubscriptionState.CONFIRMED
    assert subscription.confirmed_at == LATER
    assert (anna.name, anna.region_code, anna.role_mask) == ("Anna", "GM0193", mask)
    assert anna.language == "en"
    assert anna.joined_at == LATER
    assert subscriptions.partners_of(session, subscription) == [lpb]
    assert _acts(session, anna) == [
        ConsentAct.REQUESTED,
        ConsentAct.REQUESTED,
        ConsentAct.CONFIRMED,
        ConsentAct.CONFIRMED,
    ]
    assert verify(session) == []


def test_confirming_twice_changes_nothing(session):
    mailing_list = a_list(session)
    request = a_sign_up(session, mailing_list, name="Anna")
    first = subscriptions.confirm(session, request, now=NOW)
    lines = session.scalar(select(func.count()).select_from(ConsentRecord))

    again = subscriptions.confirm(session, request, now=LATER)

    assert again is first
    assert first.confirmed_at == NOW
    assert session.scalar(select(func.count()).select_from(ConsentRecord)) == lines


def test_an_old_link_does_not_bring_back_who_left(session):
    mailing_list = a_list(session)
    used = a_sign_up(session, mailing_list)
    unused = a_sign_up(session, mailing_list)
    subscription = subscriptions.confirm(session, used, now=NOW)
    subscriptions.end(session, subscription, source="one-click", now=NOW)

    subscriptions.confirm(session, used, now=LATER)
    subscriptions.confirm(session, unused, now=LATER)

    assert subscription.state is SubscriptionState.ENDED


def test_there_is_nothing_to_confirm_for_an_unknown_request(session):
    assert subscriptions.confirm(session, 999, now=NOW) is None


def test_a_stranger_with_a_form_changes_nothing_of_a_reader(session):
    mailing_list = a_list(session)
    anna = a_reader(session, mailing_list, name="Anna", region_code="GM0193")

    a_sign_up(session, mailing_list, name="Mallory", region_code="GM0363")

    assert (anna.name, anna.region_code) == ("Anna", "GM0193")
    assert _state(session, anna, mailing_list) is SubscriptionState.CONFIRMED


def test_what_a_second_form_leaves_out_stays(session):
    mailing_list, lpb = a_list(session), a_partner_sender(session)
    anna = a_reader(
        session, mailing_list, name="Anna", region_code="GM0193", partners=[lpb]
    )

    request = a_sign_up(session, mailing_list, region_code="GM0363")
    subscription = subscriptions.confirm(session, request, now=LATER)

    assert (anna.name, anna.region_code) == ("Anna", "GM0363")
    assert anna.joined_at == NOW
    assert subscriptions.partners_of(session, subscription) == [lpb]


def test_confirming_lifts_quarantine(session):
    mailing_list = a_list(session)
    anna = a_reader(session, mailing_list)
    subscription = subscriptions.find_subscription(session, anna, mailing_list)
    subscription.state = SubscriptionState.QUARANTINED

    request = a_sign_up(session, mailing_list)
    assert subscription.state is SubscriptionState.QUARANTINED
    subscriptions.confirm(session, request, now=LATER)

    assert subscription.state is SubscriptionState.CONFIRMED


@pytest.mark.parametrize(
    ("reason", "lifted"),
    [
        (SuppressionReason.LEFT, True),
        (SuppressionReason.ERASED, True),
        (SuppressionReason.BOUNCED, False),
        (SuppressionReason.COMPLAINED, False),
        (SuppressionReason.STAFF, False),
    ],
)
def test_a_confirmed_sign_up_lifts_only_ones_own_decision(session, reason, lifted):
    mailing_list = a_list(session)
    suppression.suppress(session, address=ANNA, reason=reason, now=NOW)

    request = a_sign_up(session, mailing_list)
    address_hash = suppression.hash_of(session, ANNA)
    assert suppression.reason_for(session, address_hash) is not None
    confirmed = subscriptions.confirm(session, request, now=LATER)

    assert (confirmed is not None) is lifted
    anna = subscriptions.find_subscriber(session, ANNA)
    suppressed = suppression.reason_for(session, anna.address_hash) is not None
    assert suppressed is not lifted
    assert (
        _state(session, anna, mailing_list) is SubscriptionState.CONFIRMED
    ) is lifted


def test_leaving_ends_the_list_with_all_its_editions(session):
    mailing_list, other = a_list(session), a_list(session, "agenda")
    lpb = a_partner_sender(session)
    anna = a_reader(session, mailing_list, partners=[lpb])
    a_reader(session, other)
    subscription = subscriptions.find_subscription(session, anna, mailing_list)
    subscription.edition_sender_id = lpb.id

    subscriptions.end(session, subscription, source="one-click", now=LATER)

    assert subscription.state is SubscriptionState.ENDED
    assert subscription.ended_at == LATER
    assert subscription.edition_sender_id is None
    assert session.scalars(select(PartnerConsent)).all() == []
    assert _state(session, anna, other) is SubscriptionState.CONFIRMED
    withdrawn = [
        record
        for record in consent.records_of(session, anna.id)
        if record.act is ConsentAct.WITHDRAWN
    ]
    assert {record.sender_id for record in withdrawn} == {
        mailing_list.sender_id,
        lpb.id,
    }
    assert {record.source for record in withdrawn} == {"one-click"}


def test_leaving_twice_is_leaving_once(session):
    mailing_list = a_list(session)
    anna = a_reader(session, mailing_list)
    subscription = subscriptions.find_subscription(session, anna, mailing_list)

    subscriptions.end(session, subscription, source="one-click", now=NOW)
    subscriptions.end(session, subscription, source="one-click", now=LATER)

    assert subscription.ended_at == NOW
    assert _acts(session, anna).count(ConsentAct.WITHDRAWN) == 1


def test_who_left_may_come_back(session):
    mailing_list = a_list(session)
    anna = a_reader(session, mailing_list)
    subscription = subscriptions.find_subscription(session, anna, mailing_list)
    subscriptions.end(session, subscription, source="one-click", now=NOW)

    back = a_sign_up(session, mailing_list, now=LATER)
    subscriptions.confirm(session, back, now=LATER)

    assert subscription.state is SubscriptionState.CONFIRMED
    assert subscription.ended_at is None


def test_leaving_everything_suppresses(session):
    lists = [a_list(session), a_list(session, "agenda")]
    for mailing_list in lists:
        anna = a_reader(session, mailing_list)
    open_request = a_sign_up(session, lists[0])

    subscriptions.end_everything(session, anna, now=LATER)

    assert {_state(session, anna, each) for each in lists} == {SubscriptionState.ENDED}
    left = suppression.reason_for(session, anna.address_hash)
    assert left is SuppressionReason.LEFT
    assert subscriptions.confirm(session, open_request, now=LATER) is None


def test_one_partner_less_and_the_list_goes_on(session):
    mailing_list = a_list(session)
    lpb, other = a_partner_sender(session), a_partner_sender(session, "movisie")
    anna = a_reader(session, mailing_list, partners=[lpb, other])
    subscription = subscriptions.find_subscription(session, anna, mailing_list)
    subscription.edition_sender_id = lpb.id

    for _twice in range(2):
        subscriptions.withdraw_partner(session, anna, mailing_list, lpb, now=LATER)

    session.refresh(subscription)
    assert subscription.state is SubscriptionState.CONFIRMED
    assert subscription.edition_sender_id is None
    assert subscriptions.partners_of(session, subscription) == [other]
    assert _acts(session, anna).count(ConsentAct.WITHDRAWN) == 1


def test_a_partners_box_is_ticked_once(session):
    mailing_list, lpb = a_list(session), a_partner_sender(session)
    anna = a_reader(session, mailing_list)

    for _twice in range(2):
        subscriptions.grant_partner(
            session,
            anna,
            mailing_list,
            lpb,
            source="preferences",
            language="nl",
            now=NOW,
        )

    granted = [r for r in consent.records_of(session, anna.id) if r.sender_id == lpb.id]
    assert [record.act for record in granted] == [ConsentAct.CONFIRMED]
    assert granted[0].wording_id is not None


@pytest.mark.parametrize("name", ["Anna\r\nBcc: ben@example.nl", "x" * 101, "a\x00b"])
def test_a_name_that_is_no_name_is_refused(session, name):
    with pytest.raises(typed.BadLine):
        a_sign_up(session, a_list(session), name=name)


def test_a_number_in_a_link_is_never_given_out_again(session):
    mailing_list = a_list(session)
    first = a_sign_up(session, mailing_list)
    anna = subscriptions.find_subscriber(session, ANNA)
    number = anna.id
    session.delete(session.get_one(SignupRequest, first))
    session.flush()
    session.delete(anna)
    session.flush()

    assert a_sign_up(session, mailing_list) > first
    assert session.scalar(select(Subscriber.id)) > number


def test_two_forms_at_once_make_one_person(session, monkeypatch):
    mailing_list = a_list(session)
    # What the slower of the two sees: nobody, until it tries to add them.
    monkeypatch.setattr(subscriptions, "find_subscriber", lambda *_: None)
    monkeypatch.setattr(subscriptions, "find_subscription", lambda *_: None)

    a_sign_up(session, mailing_list)
    a_sign_up(session, mailing_list)

    assert session.scalar(select(func.count()).select_from(Subscriber)) == 1
    assert session.scalar(select(func.count()).select_from(Subscription)) == 1


def test_the_old_link_does_not_say_yes_to_who_left_since(session):
    mailing_list = a_list(session)
    request = a_sign_up(session, mailing_list)
    subscription = subscriptions.confirm(session, request, now=NOW)
    subscriptions.end(session, subscription, source="test", now=LATER)

    assert subscriptions.confirm(session, request, now=LATER) is None
    assert subscription.state is SubscriptionState.ENDED


def test_who_presses_twice_at_once_leaves_once(database):
    with database.write.begin() as session:
        anna = a_reader(session, a_list(session)).id

    def leave_everything(session):
        subscriber = session.get_one(Subscriber, anna)
        subscriptions.end_everything(session, subscriber, now=LATER)

    both_at_once(database, leave_everything, leave_everything)

    with database.read() as session:
        assert (
            _acts(session, session.get_one(Subscriber, anna)).count(
                ConsentAct.WITHDRAWN
            )
            == 1
        )
        assert verify(session) == []


@pytest.mark.parametrize("ticked", [True, False])
def test_a_box_pressed_twice_at_once_is_one_line(database, ticked):
    with database.write.begin() as session:
        mailing_list, lpb = a_list(session).id, a_partner_sender(session)
        partners = [] if ticked else [lpb]
        anna = a_reader(
            session, session.get(MailingList, mailing_list), partners=partners
        ).id
        before = len(session.scalars(select(ConsentRecord)).all())
        lpb = lpb.id

    def press(session):
        subscription = subscriptions.find_subscription(
            session,
            session.get_one(Subscriber, anna),
            session.get_one(MailingList, mailing_list),
        )
        chosen = [session.get_one(Sender, lpb)] if ticked else []
        preferences.set_partners(
            session, subscription, chosen, language="nl", now=LATER
        )

    both_at_once(database, press, press)

    with database.read() as session:
        assert len(session.scalars(select(ConsentRecord)).all()) == before + 1
        assert verify(session) == []
