from datetime import date, timedelta

import pytest

from subscribers import consent, preferences, subscriptions, typed
from subscribers.models import ConsentAct
from subscribers.regions import AmbiguousRegion
from subscribers.roles import UnknownRole
from tests.conftest import NOW
from tests.factories import a_list, a_partner_sender, a_reader

TODAY = date(2026, 11, 20)


def test_a_reader_sees_what_they_chose(session):
    mailing_list, agenda = a_list(session), a_list(session, "agenda")
    lpb = a_partner_sender(session)
    anna = a_reader(session, mailing_list, region_code="GM0193", partners=[lpb])

    seen = preferences.read(session, anna)

    assert seen.region_name == "Zwolle"
    assert [choice.subscription.mailing_list for choice in seen.lists] == [mailing_list]
    assert seen.lists[0].partners == [lpb]
    assert seen.other_lists == [agenda]


def test_details_are_changed_together(session):
    anna = a_reader(session, a_list(session), name="Anna", region_code="GM0193")

    preferences.change_details(
        session,
        anna,
        name=" ",
        region="den haag",
        role_names=["bewoner"],
        language="en",
    )

    assert (anna.name, anna.region_code, anna.language) == (None, "GM0518", "en")
    assert preferences.read(session, anna).role_slugs == ["bewoner"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": "A\nB"}, typed.BadLine),
        ({"region": "Bergen"}, AmbiguousRegion),
        ({"role_names": ["burgemeester"]}, UnknownRole),
        ({"language": "fr"}, preferences.BadLanguage),
    ],
)
def test_when_one_detail_is_refused_none_is_changed(session, change, error):
    anna = a_reader(session, a_list(session), name="Anna", region_code="GM0193")
    good = {"name": "Bea", "region": "Zwolle", "role_names": [], "language": "nl"}

    with pytest.raises(error):
        preferences.change_details(session, anna, **good | change)

    assert (anna.name, anna.region_code, anna.language) == ("Anna", "GM0193", None)


@pytest.mark.parametrize("days", [1, 30, 366])
def test_a_reader_can_rest(session, days):
    anna = a_reader(session, a_list(session))

    preferences.pause(session, anna, until=TODAY + timedelta(days=days), today=TODAY)
    assert anna.paused_until == TODAY + timedelta(days=days)

    preferences.pause(session, anna, until=None, today=TODAY)
    assert anna.paused_until is None


def test_a_reader_chooses_how_often(session):
    anna = a_reader(session, a_list(session))
    assert anna.frequency == "every"

    preferences.choose_frequency(session, anna, "monthly")
    assert anna.frequency == "monthly"

    with pytest.raises(preferences.BadFrequency, match="There is no frequency 'daily'"):
        preferences.choose_frequency(session, anna, "daily")


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_a_rest_begins_tomorrow_and_ends_within_a_year(session, days):
    anna = a_reader(session, a_list(session))

    with pytest.raises(preferences.BadPause, match="Choose a day from 2026-11-21"):
        preferences.pause(
            session, anna, until=TODAY + timedelta(days=days), today=TODAY
        )


def test_an_edition_can_be_chosen_by_who_ticked_its_box(session):
    mailing_list, lpb = a_list(session), a_partner_sender(session)
    other = a_partner_sender(session, "movisie")
    anna = a_reader(session, mailing_list, partners=[lpb])
    subscription = subscriptions.find_subscription(session, anna, mailing_list)

    preferences.choose_edition(session, subscription, lpb)
    assert preferences.read(session, anna).lists[0].edition is lpb
    with pytest.raises(preferences.NoSuchEdition, match="MOVISIE"):
        preferences.choose_edition(session, subscription, other)
    preferences.choose_edition(session, subscription, None)

    assert subscription.edition_sender_id is None


def test_boxes_are_ticked_and_unticked_each_with_its_line(session):
    mailing_list = a_list(session)
    lpb, other = a_partner_sender(session), a_partner_sender(session, "movisie")
    anna = a_reader(session, mailing_list, partners=[lpb])
    subscription = subscriptions.find_subscription(session, anna, mailing_list)

    preferences.set_partners(session, subscription, [other], language="nl", now=NOW)

    assert subscriptions.partners_of(session, subscription) == [other]
    last_two = consent.records_of(session, anna.id)[-2:]
    assert [(record.act, record.sender_id) for record in last_two] == [
        (ConsentAct.WITHDRAWN, lpb.id),
        (ConsentAct.CONFIRMED, other.id),
    ]
