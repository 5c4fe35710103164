"""The same in plain Python: what SQL must agree with."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues import variants
from subscribers.models import Subscriber, Subscription
from tests.newsletter.issues.versions import (
    FOR_AMBTENAREN,
    FOREWORD,
    LEEUWARDEN,
    SOEP,
    ZWOLLE,
    plan,
)
from tests.newsletter.issues.world import TODAY, World

PEOPLE: Mapping[str, dict[str, Any]] = {
    "anna": {"region": LEEUWARDEN, "roles": {"wijkambtenaar"}, "partners": set()},
    "ben": {"region": ZWOLLE, "roles": {"bewoner"}, "partners": {"lpb"}},
    "cleo": {"region": None, "roles": set(), "partners": {"lpb", "movisie"}},
    "dora": {"region": LEEUWARDEN, "roles": {"bewoner"}, "partners": {"movisie"}},
    "emil": {"region": None, "roles": {"wijkambtenaar", "bewoner"}, "partners": set()},
}


def means(rule: dict[str, Any], person: dict[str, Any]) -> bool:
    [(key, value)] = rule.items()
    match key:
        case "all":
            return all(means(part, person) for part in value)
        case "any":
            return any(means(part, person) for part in value)
        case "not":
            return not means(value, person)
        case "role":
            return value in person["roles"]
        case "partner":
            return value in person["partners"]
    return value in ("NL", person["region"]) and person["region"] is not None


QUESTIONS = st.sampled_from(
    [
        {"role": "wijkambtenaar"},
        {"role": "bewoner"},
        {"region": LEEUWARDEN},
        {"region": ZWOLLE},
        {"region": "NL"},
        {"partner": "lpb"},
    ]
)

RULES = st.recursive(
    QUESTIONS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)

BLOCKS = st.lists(
    st.builds(
        lambda kind, rule: {
            **kind,
            **({"only": rule} if rule is not None else {}),
        },
        st.sampled_from([{"kind": "divider"}, SOEP, FOREWORD]),
        st.none() | RULES,
    ),
    max_size=4,
)

EDITIONS = st.lists(
    st.sampled_from(["lpb", "movisie"]), unique=True, max_size=2
).flatmap(
    lambda keys: st.tuples(
        *(
            st.builds(
                lambda audience, key=key: {
                    "partner": key,
                    **({"audience": audience} if audience else {}),
                },
                st.none() | RULES,
            )
            for key in keys
        )
    )
)


@pytest.fixture
def village(world: World) -> World:
    partners = {"lpb": world.lpb, "movisie": world.partner("movisie", "Movisie")}
    for name, person in PEOPLE.items():
        world.reader(
            name,
            region=person["region"],
            roles=person["roles"],
            partners=[partners[slug] for slug in person["partners"]],
        )
    return world


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(blocks=BLOCKS, editions=EDITIONS)
def test_sql_agrees_with_plain_python(
    village: World, blocks: list[dict[str, Any]], editions: tuple[dict[str, Any], ...]
) -> None:
    issue = village.issue(*blocks, editions=editions)

    expected: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for person in PEOPLE.values():
        edition = next(
            (
                document["partner"]
                for document in editions
                if document["partner"] in person["partners"]
                and means(document.get("audience", {"all": []}), person)
            ),
            "base",
        )
        visible = [
            block
            for block in issue.blocks
            if "only" not in block or means(block["only"], person)
        ]
        if any(block["kind"] == "story" for block in visible):
            expected[edition, tuple(block["id"] for block in visible)] += 1

    planned = plan(village, issue)

    assert {
        (variant.edition, tuple(variant.blocks)): variant.readers
        for variant in planned
        if variant.readers
    } == expected
    assert sum(variant.key == "base" for variant in planned) == 1


def test_a_freeze_can_ask_everyones_edition_and_mask(village: World) -> None:
    issue = village.issue(SOEP, FOR_AMBTENAREN, editions=[{"partner": "lpb"}])
    assigned = variants.assignment(village.session, issue, today=TODAY)

    found = keys_by_reader(village.session, assigned)

    keys = {variant.say: variant.key for variant in plan(village, issue)}
    assert found == {
        "anna": keys["wijkambtenaar"],
        "ben": "lpb",
        "cleo": "lpb",
        "dora": "base",
        "emil": keys["wijkambtenaar"],
    }


def keys_by_reader(
    session: Session, assigned: variants.Assignment
) -> dict[str, str | None]:
    rows = session.execute(
        assigned.joined(
            select(
                Subscriber.address,
                assigned.edition,
                assigned.mask(assigned.edition, assigned.holds),
            )
            .select_from(Subscription)
            .join(Subscriber)
        ).where(assigned.exclusion.is_(None))
    )
    return {
        address.split("@")[0]: assigned.variant_key_of(edition, mask)
        for address, edition, mask in rows
    }
