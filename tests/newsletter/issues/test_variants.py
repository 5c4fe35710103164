"""Readers who will see the same blocks are one version; there is an end to them."""

import itertools
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from newsletter.issues import variants
from newsletter.issues.errors import TooManyVariants
from newsletter.issues.variants import plan_variants
from tests.newsletter.issues.versions import (
    FOR_AMBTENAREN,
    FOR_FRYSLAN,
    FOREWORD,
    LEEUWARDEN,
    SOEP,
    ZWOLLE,
    plan,
    populate,
    readers,
)
from tests.newsletter.issues.world import ONLY_FRYSLAN, TODAY, World


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
