"""What is rendered before the ledger is written, and who joins in between."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from newsletter.dispatch import plan
from newsletter.dispatch.errors import FreezeFailed
from newsletter.dispatch.models import Delivery, Variant
from newsletter.issues import variants
from subscribers.models import Frequency, SubscriptionState
from tests.newsletter.dispatch.village import Village, check_sums
from tests.newsletter.issues.world import World

PENDING = SubscriptionState.PENDING


def stored(village: Village) -> list[tuple[str, str]]:
    """Letter and edition of each variant that is kept, by letter."""
    with village.database.read() as session:
        rows = session.execute(
            select(Variant.label, Variant.edition).order_by(Variant.label)
        )
        return [(label, edition) for label, edition in rows]


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    """Something happens each time the variants are rendered, before the ledger is."""
    produce = plan.produce

    def produced(*what: Any, **more: Any) -> Any:
        result = produce(*what, **more)
        happens()
        return result

    monkeypatch.setattr(plan, "produce", produced)


def move_to(village: Village, name: str, region: str) -> None:
    village.change(
        name, lambda _session, reader: setattr(reader, "region_code", region)
    )


def test_who_needs_another_version_than_was_rendered_gets_it(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.build("anna", "ben", editions=())
    meanwhile(monkeypatch, lambda: move_to(village, "ben", "PV21"))

    village.start()
    village.work()

    mails = village.outbox()
    assert "Tussen balie en buurt" in mails["ben"]
    assert "Tussen balie en buurt" not in mails["anna"]
    assert len(stored(village)) == 2
    check_sums(village.receipt())


def test_readers_who_never_hold_still_leave_nothing_half_done(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.build("anna", editions=())
    monkeypatch.setattr(plan, "TRIES", 1)
    meanwhile(monkeypatch, lambda: move_to(village, "anna", "PV21"))

    with pytest.raises(FreezeFailed, match="start the mailing again"):
        village.start()

    with village.database.read() as session:
        assert session.scalar(select(Delivery.seq)) is None
    village.start()
    assert village.receipt()["waiting"] == 1


def test_a_version_only_for_people_who_are_not_mailed_is_not_kept(
    village: Village,
) -> None:
    def also(world: World) -> None:
        for name in ("dirk", "eva"):
            world.reader(name, partners=[world.lpb], state=PENDING)

    village.build("anna", friesian=("cleo", "fleur"), also=also)

    village.start()

    # Letters go by how many are mailed; the two of LPB are not.
    assert stored(village) == [("A", "base"), ("B", "base")]
    assert village.receipt()["excluded"]["pending"] == 2


def test_people_who_are_not_mailed_do_not_make_too_many_versions(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(variants, "MOST_VARIANTS", 1)
    village.build(
        "anna",
        also=lambda world: world.reader("cleo", region="PV21", state=PENDING),
        editions=(),
    )

    village.start()

    document = village.receipt()
    check_sums(document)
    assert (document["waiting"], document["excluded"]["pending"]) == (1, 1)


def monthly(world: World, name: str, **more: Any) -> None:
    world.reader(name, **more).frequency = Frequency.MONTHLY


def test_a_version_only_for_the_bundle_is_kept_and_mailed_to_nobody(
    village: Village,
) -> None:
    def also(world: World) -> None:
        monthly(world, "cleo", region="PV21")
        monthly(world, "fleur", region="PV21")

    village.build("anna", also=also, editions=())

    village.start()
    village.work()

    assert stored(village) == [("A", "base"), ("B", "base")]
    assert set(village.outbox()) == {"anna"}
    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["excluded"]["bundled"]) == ("sent", 2)
    with village.database.read() as session:
        kept = session.execute(
            select(Variant.label, Delivery.exclusion, Delivery.state).join(
                Delivery, Delivery.variant_id == Variant.id
            )
        )
        assert sorted(map(str, kept)) == sorted(
            [
                "('A', None, <DeliveryState.ACCEPTED: 'accepted'>)",
                "('B', <Exclusion.BUNDLED: 'bundled'>, None)",
                "('B', <Exclusion.BUNDLED: 'bundled'>, None)",
            ]
        )


def test_who_waits_for_the_bundle_and_needs_another_version_gets_that_one(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.build("anna", also=lambda world: monthly(world, "ben"), editions=())
    meanwhile(monkeypatch, lambda: move_to(village, "ben", "PV21"))

    village.start()

    assert stored(village) == [("A", "base"), ("B", "base")]


def test_who_waits_for_the_bundle_and_is_meant_by_nothing_is_bundled_all_the_same(
    village: Village,
) -> None:
    only = {"kind": "story", "story": "soep", "only": {"region": "PV21"}}
    village.build(
        "anna",
        friesian=("cleo",),
        also=lambda world: monthly(world, "ben"),
        blocks=(only,),
        editions=(),
    )

    village.start()

    excluded = village.receipt()["excluded"]
    assert (excluded["bundled"], excluded["nothing_for_you"]) == (1, 1)
