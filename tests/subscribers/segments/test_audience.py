"""Who of a list is mailed today, and why the others are not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from subscribers.models import (
    Frequency,
    Subscriber,
    Subscription,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)
from subscribers.segments import audience, mailed
from subscribers.segments.rules import parse_rule
from tests.conftest import NOW
from tests.subscribers.segments.conftest import Village

TODAY = NOW.date()
EVERYBODY = parse_rule({"all": []})


def suppress(village: Village, subscriber: Subscriber) -> None:
    village.session.add(
        Suppression(
            address_hash=subscriber.address_hash,
            reason=SuppressionReason.BOUNCED,
            created_at=NOW,
        )
    )
    village.session.flush()


def reasons(village: Village) -> dict[str, str | None]:
    case = audience.exclusion_case(village.buurtwijs.id, today=TODAY)
    query = (
        select(Subscriber.address, case)
        .join(Subscription)
        .where(Subscription.list_id == village.buurtwijs.id)
    )
    return {
        address.split("@")[0]: reason
        for address, reason in village.session.execute(query)
    }


def count(village: Village, rule: object = None) -> int:
    return mailed.count(
        village.session,
        village.buurtwijs,
        parse_rule(rule) if rule else EVERYBODY,
        now=NOW,
    )


@pytest.mark.parametrize(
    ("facts", "suppressed", "reason"),
    [
        ({}, False, None),
        ({}, True, "suppressed"),
        ({"state": SubscriptionState.ENDED}, False, "ended"),
        ({"state": SubscriptionState.ENDED}, True, "suppressed"),
        ({"state": SubscriptionState.QUARANTINED}, False, "quarantined"),
        ({"state": SubscriptionState.PENDING, "consents": False}, False, "pending"),
        ({"consents": False}, False, "no_consent"),
        ({"paused_until": TODAY}, False, None),
        ({"paused_until": TODAY + timedelta(days=1)}, False, "resting"),
        ({"paused_until": TODAY + timedelta(days=1), "consents": False}, False,
         "no_consent"),
        ({"frequency": Frequency.MONTHLY}, False, "bundled"),
        ({"frequency": Frequency.MONTHLY, "paused_until": TODAY + timedelta(days=1)},
         False, "resting"),
    ],
)  # fmt: skip
def test_one_reason_per_person_in_a_fixed_order(
    village: Village, facts: dict, suppressed: bool, reason: str | None
) -> None:
    anna = village.reader("anna", **facts)
    if suppressed:
        suppress(village, anna)

    assert reasons(village) == {"anna": reason}
    assert count(village) == (1 if reason is None else 0)


def test_the_order_of_reasons_is_the_one_promised() -> None:
    assert [name for name, _ in audience.EXCLUSIONS] == [
        "suppressed",
        "ended",
        "quarantined",
        "pending",
        "no_consent",
        "resting",
        "bundled",
    ]


def test_a_rule_that_asks_how_often_counts_those_of_the_bundle_too(
    village: Village,
) -> None:
    village.reader("anna", frequency=Frequency.MONTHLY)
    village.reader("ben", frequency=Frequency.MONTHLY, region="GM0193")
    village.reader("cleo", region="GM0193")

    assert count(village) == 1
    assert count(village, {"frequency": "monthly"}) == 2
    assert count(village, {"frequency": "every"}) == 1
    assert count(village, {"all": [{"region": "GM0193"},
                                   {"not": {"frequency": "every"}}]}) == 1  # fmt: skip


def test_a_consent_for_another_list_does_not_count(village: Village) -> None:
    anna = village.reader("anna", consents=False)
    village.consent(anna, village.elders)
    village.session.flush()

    assert reasons(village) == {"anna": "no_consent"}


def test_counting_is_per_list_and_per_rule(village: Village) -> None:
    village.reader("anna", region="GM0193")
    village.reader("ben")
    village.reader("cleo", mailing_list=village.elders)

    assert count(village) == 2
    assert count(village, {"region": "PV23"}) == 1
    assert count(village, {"any": []}) == 0
