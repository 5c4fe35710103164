"""In whatever order reports come, and however often, they end the same."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from database.session import Database
from newsletter.dispatch.returns.models import ReportedEvent
from subscribers import suppression
from subscribers.models import Subscriber, SubscriptionState
from tests.newsletter.dispatch.returns.reports import (
    apply,
    come_in,
    put,
    report,
    state_of,
    subscription_of,
    why_suppressed,
)
from tests.newsletter.dispatch.village import Village, check_sums

# What may become of one mail, as providers report it: dropped, or carried.
_HISTORIES = (
    ("taken", "dropped"),
    ("taken", "delivered"),
    ("taken", "taken", "delivered", "hard_bounce"),
    ("taken", "soft_bounce"),
    ("delivered", "complaint"),
    ("taken", "delivered", "soft_bounce", "complaint", "left"),
    ("unknown", "delivered", "left"),
)


@given(
    history=st.sampled_from(_HISTORIES),
    start=st.sampled_from(["accepted", "in_doubt"]),
    data=st.data(),
)
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_order_three_times_over_ends_the_same(
    sqlite_village: Village,
    history: tuple[str, ...],
    start: str,
    data: st.DataObject,
) -> None:
    village = sqlite_village
    outcomes = []
    events = [
        report(village, "anna", kind, key=f"{number}")
        for number, kind in enumerate(history)
    ]
    for _ in range(2):
        _begin_anew(village, start)
        order = data.draw(st.permutations(events * 3))
        for event in order:
            come_in(village, event)
            if data.draw(st.booleans()):
                apply(village)
        apply(village)
        outcomes.append(
            (
                state_of(village, "anna"),
                why_suppressed(village, "anna"),
                subscription_of(village, "anna"),
            )
        )
        check_sums(village.receipt())

    assert outcomes[0] == outcomes[1]


@pytest.fixture
def sqlite_village(sqlite_database: Database, tmp_path: Path) -> Village:
    village = Village(sqlite_database, tmp_path / "home")
    village.build("anna", editions=())
    village.start()
    village.work()
    return village


def _begin_anew(village: Village, state: str) -> None:
    put(village, "anna", state)
    with village.database.write.begin() as session:
        session.query(ReportedEvent).delete()
        session.query(suppression.Suppression).delete()
        anna = session.scalars(
            select(Subscriber).where(Subscriber.address == "anna@example.nl")
        ).one()
        anna.subscriptions[0].state = SubscriptionState.CONFIRMED
