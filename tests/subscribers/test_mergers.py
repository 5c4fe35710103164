"""Wijdemeren joins Hilversum on 1 January 2027, by a list loaded long before."""

from datetime import date

import pytest
from sqlalchemy import select

from subscribers import mergers, region_files, regions, subscriptions
from subscribers.mergers import Switched
from subscribers.models import Region, RegionKind, Subscriber
from subscribers.segments import mailed, options
from subscribers.segments.compile import compile_rule
from subscribers.segments.rules import parse_rule
from subscribers.subscriptions import find_subscription
from tests.conftest import NOW
from tests.factories import ANNA, BEN, CLEO, a_list, a_reader, a_sign_up

HEAD = "code,name,province,valid_from,valid_to,successor\n"
BEFORE, DAY = date(2026, 12, 31), date(2027, 1, 1)


@pytest.fixture
def load(session, tmp_path):
    def load(*lines):
        file = tmp_path / "gemeenten.csv"
        file.write_text(HEAD + "".join(f"{line}\n" for line in lines))
        return region_files.load(session, file)

    return load


@pytest.fixture
def next_year(load):
    load("GM0402,Hilversum,PV27,,,", "GM1696,Wijdemeren,PV27,,2027-01-01,GM0402")


def lives_in(session, address):
    session.expire_all()
    return subscriptions.find_subscriber(session, address).region_code


def test_people_move_along_on_the_day_and_not_before(session, next_year):
    buurtwijs = a_list(session)
    a_reader(session, buurtwijs, ANNA, region_code="GM1696")
    a_reader(session, buurtwijs, BEN, region_code="GM0402")
    a_reader(session, buurtwijs, CLEO, region_code="PV27")

    assert mergers.switch(session, today=BEFORE) == Switched(0, 0, 0)
    assert lives_in(session, ANNA) == "GM1696"
    assert mergers.switch(session, today=DAY) == Switched(0, 1, 1)
    assert mergers.switch(session, today=DAY) == Switched(0, 0, 0)

    assert [lives_in(session, who) for who in (ANNA, BEN, CLEO)] == [
        "GM0402",
        "GM0402",
        "PV27",
    ]


@pytest.mark.parametrize("text", ["Wijdemeren", "gemeente wijdemeren", "GM1696"])
def test_whoever_still_types_the_old_name_means_the_new_one(session, next_year, text):
    mergers.switch(session, today=DAY)

    assert regions.find(session, text).code == "GM0402"
    assert regions.search(session, "wijdem") == []
    offered = {region.code for region in regions.municipalities(session)}
    assert "GM1696" not in offered


def test_a_sign_up_from_before_the_day_is_confirmed_after_it(session, next_year):
    buurtwijs = a_list(session)
    request = a_sign_up(session, buurtwijs, ANNA, region_code="GM1696")
    mergers.switch(session, today=DAY)

    assert subscriptions.confirm(session, request, now=NOW)
    assert lives_in(session, ANNA) == "GM0402"


def test_what_begins_on_a_day_is_offered_from_then_on(session, load):
    load(
        "GM1999,Nieuwdorp,PV27,2027-01-01,,",
        "GM0402,Hilversum,PV27,,2027-01-01,GM1999",
    )
    buurtwijs = a_list(session)
    a_reader(session, buurtwijs, ANNA, region_code="GM0402")
    assert regions.search(session, "Nieuwdorp") == []

    assert mergers.switch(session, today=DAY) == Switched(1, 1, 1)

    assert regions.find(session, "Nieuwdorp").code == "GM1999"
    assert lives_in(session, ANNA) == "GM1999"


def test_a_successor_that_ended_too_is_followed_to_the_last(session, load):
    load(
        "GM0402,Hilversum,PV27,,,",
        "GM0376,Blaricum,PV27,,2028-01-01,GM0402",
        "GM1696,Wijdemeren,PV27,,2027-01-01,GM0376",
    )
    a_reader(session, a_list(session), ANNA, region_code="GM1696")
    mergers.switch(session, today=DAY)
    assert lives_in(session, ANNA) == "GM0376"

    mergers.switch(session, today=date(2028, 1, 1))

    assert lives_in(session, ANNA) == "GM0402"
    assert regions.find(session, "Wijdemeren").code == "GM0402"


def test_who_follow_each_other_in_a_circle_stay(session, load):
    load(
        "GM0402,Hilversum,PV27,,2027-01-01,GM1696",
        "GM1696,Wijdemeren,PV27,,2027-01-01,GM0402",
    )

    mergers.switch(session, today=DAY)

    assert regions.find(session, "Hilversum").code in {"GM0402", "GM1696"}


def test_where_nobody_follows_people_keep_their_province(session, load):
    load("GM1696,Wijdemeren,PV27,,2027-01-01,")
    reader = a_reader(session, (buurtwijs := a_list(session)), region_code="GM1696")

    assert mergers.switch(session, today=DAY) == Switched(0, 1, 0)

    assert lives_in(session, ANNA) == "GM1696"
    assert session.get(Region, "GM1696").kind is RegionKind.FORMER
    assert session.get(Region, "GM1696").path.startswith("/NL/PV27/")
    assert find_subscription(session, reader, buurtwijs)


def test_a_list_loaded_again_begins_nothing_anew(session, load):
    lines = ("GM1999,Nieuwdorp,PV27,2020-01-01,,",)
    load(*lines)
    mergers.switch(session, today=DAY)

    load(*lines)

    assert session.get(Region, "GM1999").kind is RegionKind.MUNICIPALITY


@pytest.mark.parametrize(
    "rule",
    [
        {"region": "GM1696"},
        {"any": [{"region": "GM1696"}, {"region": "GM0363"}]},
        {"not": {"not": {"region": "GM1696"}}},
    ],
)
def test_a_rule_that_names_what_has_ended_means_the_successor(session, next_year, rule):
    buurtwijs = a_list(session)
    a_reader(session, buurtwijs, ANNA, region_code="GM1696")
    mergers.switch(session, today=DAY)

    meant = select(Subscriber.address).where(compile_rule(parse_rule(rule)))

    assert session.scalars(meant).all() == [ANNA]
    assert mailed.count(session, buurtwijs, parse_rule(rule), now=NOW) == 1


def test_whoever_puts_a_rule_together_finds_what_is_and_what_was(session, load):
    load(
        "GM0402,Hilversum,PV27,,,",
        "GM1696,Wijdemeren,PV27,,2027-01-01,GM0402",
        "GM9999,Gooistad,PV27,2028-01-01,,",
    )
    mergers.switch(session, today=DAY)

    names = dict(options.regions(session, "nl"))

    assert names["GM0402"] == "Hilversum"
    assert names["GM1696"] == "Wijdemeren"
    assert "GM9999" not in names, "it does not exist yet"
