"""The ledger's rules, state by state: this table and the code's are the same."""

import pytest
from sqlalchemy.orm import Session

from newsletter.dispatch.errors import ForbiddenMove
from newsletter.dispatch.moves import move
from newsletter.dispatch.states import TO, DeliveryState
from tests.conftest import NOW

RULES = [
    ("queued", {"sending", "cancelled", "refused"}),
    ("sending", {"accepted", "refused", "queued", "in_doubt"}),
    ("accepted", {"delivered", "bounced", "complained", "refused"}),
    ("delivered", {"bounced", "complained"}),
    ("bounced", {"complained"}),
    ("complained", set()),
    (
        "in_doubt",
        {"accepted", "delivered", "bounced", "complained", "refused", "queued"},
    ),
    ("refused", {"queued"}),
    ("cancelled", set()),
]


@pytest.mark.parametrize(("come_from", "to"), RULES)
def test_a_delivery_moves_only_as_the_table_says(come_from: str, to: set[str]) -> None:
    assert {state.value for state in TO[DeliveryState(come_from)]} == to


def test_the_table_has_every_state() -> None:
    assert set(TO) == set(DeliveryState)
    assert {state for state, _ in RULES} == {state.value for state in DeliveryState}


@pytest.mark.parametrize(
    ("come_from", "to"),
    [
        (come_from, to)
        for come_from in DeliveryState
        for to in DeliveryState
        if to not in TO[come_from]
    ],
)
def test_every_other_move_is_refused_before_it_reaches_the_database(
    come_from: DeliveryState, to: DeliveryState
) -> None:
    with pytest.raises(ForbiddenMove):
        move(Session(), 1, come_from, to, now=NOW)
