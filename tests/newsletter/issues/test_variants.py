import itertools
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues import variants
from newsletter.issues.errors import TooManyVariants
from newsletter.issues.models import Issue
from newsletter.issues.variants import PlannedVariant, plan_variants
from subscribers.models import Subscriber, Subscription, SubscriptionState
from tests.newsletter.issues.world import ONLY_AMBTENAREN, ONLY_FRYSLAN, TODAY, World

FOREWORD = {"kind": "foreword", "text": "Beste {naam}"}
SOEP = {"kind": "story", "story": "soep"}
FOR_AMBTENAREN = {"kind": "story", "story": "balie", "only": ONLY_AMBTENAREN}
FOR_FRYSLAN = {"kind": "text", "text": "Fryslân", "only": ONLY_FRYSLAN}
LEEUWARDEN, ZWOLLE = "GM0080", "GM0193"


def plan(world: World, issue: Issue) -> list[PlannedVariant]:
    return plan_variants(world.session, issue, today=TODAY)


def test_a_day_in_a_rule_begins_in_the_organisations_zone(world: World) -> None:
    anna = world.reader("anna")
    anna.joined_at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    world.session.flush()
    since = {"kind": "text", "text": "Welkom", "only": {"joined_after": "2026-11-21"}}
    issue = world.issue(SOEP, since)

    # In Amsterdam the 21st had begun; in London Anna joined on the 20th.
    assert [
        len(plan_variants(world.session, issue, today=TODAY, zone=ZoneInfo(zone)))
        for zone in ("Europe/Amsterdam", "Europe/London")
    ] == [2, 1]


def readers(planned: list[PlannedVariant]) -> dict[str, int]:
    return {variant.say: variant.readers for variant in planned}


def populate(world: World) -> None:
    world.reader("anna", region=LEEUWARDEN, roles=["wijkambtenaar"])
    world.reader("ben", region=ZWOLLE, roles=["wijkambtenaar", "bewoner"])
    world.reader("cleo", roles=["bewoner"], partners=[world.lpb])
    world.reader("dora", region=LEEUWARDEN, partners=[world.lpb])
    world.reader("emil", state=SubscriptionState.PENDING, partners=[world.lpb])


def test_readers_with_the_same_visible_blocks_share_a_variant(world: World) -> None:
    populate(world)
    issue = world.issue(FOREWORD, SOEP, FOR_AMBTENAREN, FOR_FRYSLAN)

    planned = plan(world, issue)

    assert [
        (variant.label, variant.say, variant.readers, variant.blocks)
        for variant in planned
    ] == [
        ("A", "alle anderen", 1, ["foreword-1", "story-1"]),
        ("B", "wijkambtenaar", 1, ["foreword-1", "story-1", "story-2"]),
        (
            "C",
            "wijkambtenaar in Fryslân",
            1,
            ["foreword-1", "story-1", "story-2", "text-1"],
        ),
        ("D", "in Fryslân", 1, ["foreword-1", "story-1", "text-1"]),
    ]
    assert planned[0].key == "base"
    assert all(
        variant.key.startswith("base-") and len(variant.key) == len("base-3f9c1a")
        for variant in planned
        if variant.key != "base"
    )


def test_a_partner_edition_reaches_only_readers_with_its_consent(world: World) -> None:
    populate(world)
    issue = world.issue(
        FOREWORD,
        SOEP,
        FOR_FRYSLAN,
        editions=[{"partner": "lpb", "audience": {"all": []}}],
    )

    assert readers(plan(world, issue)) == {
        "alle anderen": 1,
        "in Fryslân": 1,
        "LPB: alle anderen": 1,
        "LPB: in Fryslân": 1,
    }


def test_an_audience_narrows_an_edition(world: World) -> None:
    populate(world)
    issue = world.issue(
        SOEP,
        editions=[
            {"partner": "lpb", "audience": {"role": "bewoner"}},
            {"region": "PV21"},
        ],
    )

    assert readers(plan(world, issue)) == {"iedereen": 1, "LPB": 1, "Fryslân": 2}


def test_one_edition_a_reader_own_choice_then_order_then_base(world: World) -> None:
    movisie = world.partner("movisie", "Movisie")
    both = [world.lpb, movisie]
    world.reader("anna", partners=both)
    world.reader("ben", partners=both, chooses=movisie.sender_id)
    world.reader("dora", partners=[world.lpb], chooses=movisie.sender_id)
    world.reader("emil")
    issue = world.issue(SOEP, editions=[{"partner": "lpb"}, {"partner": "movisie"}])

    assert readers(plan(world, issue)) == {"iedereen": 1, "LPB": 2, "Movisie": 1}


def test_editions_whose_segments_overlap_reach_each_reader_once(world: World) -> None:
    # Anna is in all three segments, Ben in two, Cleo in one, Emil in none.
    world.reader("anna", region="GM0080", roles=["bewoner"], partners=[world.lpb])
    world.reader("ben", region="GM0080", partners=[world.lpb])
    world.reader("cleo", region="GM0080")
    world.reader("emil")
    issue = world.issue(
        SOEP,
        editions=[
            {"partner": "lpb", "audience": {"role": "bewoner"}},
            {"region": "GM0080", "audience": {"partner": "lpb"}},
            {"region": "PV21"},
        ],
    )

    found = plan(world, issue)

    assert sum(variant.readers for variant in found) == 4
    assert {variant.edition: variant.readers for variant in found} == {
        "base": 1,
        "lpb": 1,
        "GM0080": 1,
        "PV21": 1,
    }


def test_equal_rules_on_several_blocks_make_one_variant(world: World) -> None:
    populate(world)
    again = {"kind": "divider", "only": {"role": "WIJKAMBTENAAR"}}

    planned = plan(world, world.issue(SOEP, FOR_AMBTENAREN, again))

    assert readers(planned) == {"wijkambtenaar": 2, "alle anderen": 2}


def test_whoever_would_get_no_content_gets_no_mail(world: World) -> None:
    populate(world)
    issue = world.issue(FOREWORD, {"kind": "divider"}, FOR_AMBTENAREN)

    planned = plan(world, issue)

    assert {variant.key: variant.readers for variant in planned} == {
        "base": 0,
        planned[0].key if planned[0].key != "base" else planned[1].key: 2,
    }


def test_the_base_variant_is_there_without_readers(world: World) -> None:
    planned = plan(world, world.issue(SOEP))

    assert [(variant.key, variant.readers) for variant in planned] == [("base", 0)]


def test_a_key_depends_on_the_visible_blocks_alone(world: World) -> None:
    populate(world)
    first = plan(world, world.issue(SOEP, FOR_AMBTENAREN, FOR_FRYSLAN))
    moved = world.issue(FOR_FRYSLAN, SOEP, {**FOR_AMBTENAREN, "size": "feature"})

    second = plan(world, moved)

    assert {v.say: v.key for v in first} == {v.say: v.key for v in second}


def test_readers_per_block_tells_which_blocks_nobody_sees(world: World) -> None:
    populate(world)
    nobody = {"kind": "text", "text": "a", "only": {"any": []}}

    counts = variants.readers_per_block(plan(world, world.issue(SOEP, nobody)))

    assert counts == {"story-1": 4}


def test_too_many_variants_are_refused_naming_the_rule_that_multiplies(
    world: World,
) -> None:
    roles = ["wijkambtenaar", "bewoner", "corporatie", "onderzoeker", "opbouwwerker"]
    subsets = [
        subset for size in range(6) for subset in itertools.combinations(roles, size)
    ]
    for number, subset in enumerate(subsets):
        for region in (None, LEEUWARDEN, ZWOLLE):
            world.reader(f"r{number}-{region}", roles=subset, region=region)
    blocks = [
        {"kind": "text", "text": role, "only": {"role": role}, "id": role}
        for role in roles
    ]
    blocks.append({"kind": "text", "text": "a", "only": ONLY_FRYSLAN, "id": "noord"})
    fits = world.issue(SOEP, *blocks)
    assert len(plan(world, fits)) == 64

    blocks.append({"kind": "text", "text": "b", "only": {"region": ZWOLLE}})
    with pytest.raises(TooManyVariants) as refused:
        plan(world, world.issue(SOEP, *blocks))

    assert "Issue 42 would have 96 variants; 64 is the most" in str(refused.value)
    assert "The rule that multiplies most is 'wijkambtenaar'" in str(refused.value)


def test_more_rules_than_bits_are_refused(world: World) -> None:
    codes = world.session.scalars(select_codes(63)).all()
    blocks = [{"kind": "text", "text": "a", "only": {"region": code}} for code in codes]

    with pytest.raises(TooManyVariants, match="63 different rules; 62 is the most"):
        plan(world, world.issue(SOEP, *blocks))


def select_codes(count: int) -> Any:
    from subscribers.models import Region

    return select(Region.code).order_by(Region.code).limit(count)


@pytest.mark.parametrize(
    ("place", "label"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA")]
)
def test_labels_go_on_after_z(place: int, label: str) -> None:
    assert variants.label(place) == label


# The same in plain Python: what SQL must agree with.

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
