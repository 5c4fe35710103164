"""A reader gets one edition, and only one they are eligible for."""

from tests.newsletter.issues.versions import (
    FOR_FRYSLAN,
    FOREWORD,
    SOEP,
    plan,
    populate,
    readers,
)
from tests.newsletter.issues.world import World


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
