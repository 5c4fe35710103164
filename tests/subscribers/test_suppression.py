import itertools

import pytest

from subscribers import suppression, typed
from subscribers.models import SuppressionReason
from subscribers.suppression import NotSuppressed
from tests.conftest import NOW
from tests.factories import ANNA, BEN

LIGHT_TO_GRAVE = [
    SuppressionReason.LEFT,
    SuppressionReason.ERASED,
    SuppressionReason.BOUNCED,
    SuppressionReason.COMPLAINED,
    SuppressionReason.STAFF,
]


@pytest.mark.parametrize(
    ("first", "second"), [*itertools.product(LIGHT_TO_GRAVE, repeat=2)]
)
def test_the_graver_reason_stays(session, first, second):
    suppression.suppress(session, address=ANNA, reason=first, now=NOW)
    suppression.suppress(session, address=ANNA, reason=second, now=NOW)

    anna = suppression.hash_of(session, ANNA)
    assert suppression.reason_for(session, anna) is max(
        first, second, key=LIGHT_TO_GRAVE.index
    )


def test_an_address_can_be_suppressed_by_its_hash_alone(session):
    anna, ben = (suppression.hash_of(session, who) for who in (ANNA, BEN))

    suppression.suppress(
        session, address_hash=anna, reason=SuppressionReason.BOUNCED, now=NOW
    )

    assert suppression.reason_for(session, anna) is not None
    assert suppression.reason_for(session, ben) is None


@pytest.mark.parametrize("reason", SuppressionReason)
def test_staff_lifts_any_reason_and_says_why(session, reason):
    suppression.suppress(session, address=ANNA, reason=reason, now=NOW)

    assert suppression.lift(session, address=ANNA, why="belde ons") is reason
    assert suppression.reason_for(session, suppression.hash_of(session, ANNA)) is None


def test_lifting_needs_a_why(session):
    suppression.suppress(session, address=ANNA, reason=SuppressionReason.STAFF, now=NOW)

    with pytest.raises(typed.BadLine):
        suppression.lift(session, address=ANNA, why=" ")


def test_there_must_be_something_to_lift(session):
    with pytest.raises(NotSuppressed, match=ANNA):
        suppression.lift(session, address=ANNA, why="belde ons")
