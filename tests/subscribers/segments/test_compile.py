"""A compiled rule selects exactly whom the rule means."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.models import (
    Frequency,
    PartnerConsent,
    Region,
    Sender,
    Subscriber,
    Subscription,
    SubscriptionState,
)
from subscribers.segments.compile import compile_rule
from subscribers.segments.rules import parse_rule
from tests.conftest import NOW
from tests.subscribers.segments.conftest import Village, build

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ZWOLLE = {"region": "GM0193"}
LATELY = {"joined_after": "2026-11-20"}


def who(session: Session, rule: object, list_id: int | None = None) -> set[str]:
    condition = compile_rule(parse_rule(rule), list_id=list_id)
    addresses = session.scalars(select(Subscriber.address).where(condition))
    return {address.split("@")[0] for address in addresses}


@pytest.fixture
def four(village: Village) -> Village:
    """Anna and Ben live in Zwolle, Cleo in Leeuwarden; Dora's region is unknown."""
    before = NOW - timedelta(days=40)
    village.reader("anna", region="GM0193", roles=("wijkambtenaar", "bewoner"),
                   language="nl", partners=(village.lpb,))  # fmt: skip
    village.reader("ben", region="GM0193", roles=("bewoner",), joined_at=before)
    village.reader("cleo", region="GM0080", language="en", joined_at=before,
                   frequency=Frequency.MONTHLY)  # fmt: skip
    village.reader("dora", joined_at=before, mailing_list=village.elders)
    return village


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"all": []}, {"anna", "ben", "cleo", "dora"}),
        ({"any": []}, set()),
        (ZWOLLE, {"anna", "ben"}),
        ({"region": "PV23"}, {"anna", "ben"}),
        ({"region": "NL"}, {"anna", "ben", "cleo"}),
        ({"region": "XX"}, set()),
        ({"all": [ZWOLLE, LATELY]}, {"anna"}),
        ({"any": [{"region": "PV21"}, LATELY]}, {"anna", "cleo"}),
        ({"not": ZWOLLE}, {"cleo", "dora"}),  # Dora's region is unknown
        ({"not": {"not": ZWOLLE}}, {"anna", "ben"}),
        ({"not": {"language": "nl"}}, {"ben", "cleo", "dora"}),
        ({"role": "wijkambtenaar"}, {"anna"}),
        ({"not": {"role": "bewoner"}}, {"cleo", "dora"}),
        ({"role": "never-heard-of"}, set()),
        ({"not": {"role": "never-heard-of"}}, {"anna", "ben", "cleo", "dora"}),
        ({"partner": "lpb"}, {"anna"}),
        ({"not": {"partner": "lpb"}}, {"ben", "cleo", "dora"}),
        ({"list": "wijs"}, {"anna", "ben", "cleo"}),
        ({"list": "elders"}, {"dora"}),
        ({"joined_before": "2026-11-20"}, {"ben", "cleo", "dora"}),
        ({"frequency": "monthly"}, {"cleo"}),
        ({"not": {"frequency": "monthly"}}, {"anna", "ben", "dora"}),
    ],
)
def test_a_rule_selects(four: Village, rule: object, expected: set[str]) -> None:
    assert who(four.session, rule) == expected


def test_partner_means_a_consent_for_the_list_being_asked_about(four: Village) -> None:
    rule = {"partner": "lpb"}

    assert who(four.session, rule, list_id=four.buurtwijs.id) == {"anna"}
    assert who(four.session, rule, list_id=four.elders.id) == set()


def test_a_day_begins_where_the_organisation_is(village: Village) -> None:
    # 23:30 UTC on the 14th is half past midnight on the 15th in Amsterdam.
    village.reader("anna", joined_at=datetime(2027, 1, 14, 23, 30, tzinfo=UTC))

    assert who(village.session, {"joined_after": "2027-01-15"}) == {"anna"}
    assert who(village.session, {"joined_before": "2027-01-15"}) == set()


def test_the_tables_of_the_query_around_a_rule_are_not_taken_for_its_own(
    four: Village,
) -> None:
    rule = parse_rule(
        {"any": [{"partner": "lpb"}, {"list": "elders"}, {"region": "XX"}]}
    )
    query = (
        select(Subscriber.address)
        .join(Subscription)
        .join(Sender, Sender.slug == "elders")
        .outerjoin(Region, Region.code == Subscriber.region_code)
        .outerjoin(PartnerConsent, PartnerConsent.sender_id == 0)
        .where(compile_rule(rule))
    )

    assert set(four.session.scalars(query)) == {"anna@example.nl", "dora@example.nl"}


def test_the_widest_rule_that_is_allowed_can_be_asked(four: Village) -> None:
    rule = {"any": [ZWOLLE, {"not": {"partner": "lpb"}}] * 200}

    assert who(four.session, rule) == {"anna", "ben", "cleo", "dora"}


# Whatever the rule, the database selects whom plain Python selects.

REGIONS = (None, "GM0193", "GM0080", "PV21", "NL", "XX")
PATHS = {
    "GM0193": ("NL", "PV23", "GM0193"),
    "GM0080": ("NL", "PV21", "GM0080"),
    "PV21": ("NL", "PV21"),
    "NL": ("NL",),
    "XX": ("XX",),
}
ROLES = ((), ("bewoner",), ("wijkambtenaar", "beleidsmaker"))
LANGUAGES = (None, "nl", "en")
MOMENTS = tuple(
    datetime(2026, 3, day, hour, tzinfo=UTC)
    for day, hour in [(28, 23), (29, 0), (30, 5)]
)
DAYS = ("2026-03-28", "2026-03-29", "2026-03-30", "2026-03-31")

QUESTIONS = st.one_of(
    st.sampled_from([code for code in REGIONS if code] + ["PV23", "GM9999"]).map(
        lambda code: {"region": code}
    ),
    st.sampled_from(["bewoner", "wijkambtenaar", "onderzoeker", "nobody"]).map(
        lambda slug: {"role": slug}
    ),
    st.sampled_from(["nl", "en"]).map(lambda code: {"language": code}),
    st.sampled_from(["lpb", "wijs", "nobody"]).map(lambda slug: {"partner": slug}),
    st.sampled_from(["wijs", "elders", "nobody"]).map(lambda slug: {"list": slug}),
    st.sampled_from(DAYS).map(lambda day: {"joined_before": day}),
    st.sampled_from(DAYS).map(lambda day: {"joined_after": day}),
    st.sampled_from(["every", "monthly"]).map(lambda often: {"frequency": often}),
)
RULES = st.recursive(
    QUESTIONS,
    lambda part: st.one_of(
        part.map(lambda rule: {"not": rule}),
        st.lists(part, max_size=3).map(lambda rules: {"all": rules}),
        st.lists(part, max_size=3).map(lambda rules: {"any": rules}),
    ),
    max_leaves=8,
)


def crowd(village: Village, *, consents: bool = False) -> dict[str, dict[str, Any]]:
    """Readers of every kind that matters, and what plain Python knows of them."""
    people = {}
    states = [SubscriptionState.CONFIRMED, SubscriptionState.PENDING, None]
    for number in range(90):
        region = REGIONS[number % 6]
        facts: dict[str, Any] = {
            "region": region,
            "roles": ROLES[number // 2 % 3],
            "language": LANGUAGES[number // 5 % 3],
            "joined_at": MOMENTS[number // 7 % 3],
            "state": states[number // 3 % 3],
            "partners": (village.lpb,) if number % 4 == 0 else (),
            "mailing_list": village.elders
            if number % 8 in {4, 5}
            else village.buurtwijs,
            "frequency": Frequency.MONTHLY if number % 9 == 0 else Frequency.EVERY,
            "paused_until": NOW.date() + timedelta(days=number % 13 - 11)
            if number % 3
            else None,
        }
        person = village.reader(f"reader{number}", consents=consents, **facts)
        people[f"reader{number}"] = {"id": person.id, **facts}
    return people


def means(rule: dict[str, Any], person: dict[str, Any], list_slug: str | None) -> bool:
    [(key, value)] = rule.items()
    if key == "not":
        return not means(value, person, list_slug)
    if key in {"all", "any"}:
        parts = [means(part, person, list_slug) for part in value]
        return all(parts) if key == "all" else any(parts)
    home = person["mailing_list"].slug
    joined = person["joined_at"].astimezone(AMSTERDAM).date()
    answers = {
        "region": lambda: value in PATHS.get(person["region"], ()),
        "role": lambda: value in person["roles"],
        "language": lambda: value == person["language"],
        "partner": lambda: (
            value in {partner.slug for partner in person["partners"]}
            and list_slug in {None, home}
        ),
        "list": lambda: value == home and person["state"] == "confirmed",
        "frequency": lambda: value == person["frequency"],
        "joined_before": lambda: joined < date.fromisoformat(value),
        "joined_after": lambda: joined >= date.fromisoformat(value),
    }
    return bool(answers[key]())


def test_a_compiled_rule_selects_whom_plain_python_selects(session: Session) -> None:
    village = build(session)
    people = crowd(village)
    lists = {None: None, "wijs": village.buurtwijs.id, "elders": village.elders.id}

    @settings(
        max_examples=150,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(rule=RULES, list_slug=st.sampled_from([None, "wijs", "elders"]))
    def agrees(rule: dict[str, Any], list_slug: str | None) -> None:
        expected = {
            name for name, facts in people.items() if means(rule, facts, list_slug)
        }
        assert who(session, rule, list_id=lists[list_slug]) == expected

    agrees()
