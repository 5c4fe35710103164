"""A correction goes to whoever had the item, also when they got the issue late."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import privacy
from newsletter.dispatch.states import DeliveryState
from subscribers import partner_consents, suppression
from subscribers.models import (
    MailingList,
    Sender,
    Subscriber,
    SuppressionReason,
)
from tests.newsletter.dispatch.corrections.mailed import Mailed
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import LPB, end

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("item", "who"),
    [
        ("soep", {"anna", "fenna", "dirk"}),  # everybody
        ("balie", {"fenna"}),  # only in Fryslân
        ("hello", {"anna", "fenna"}),  # LPB has a foreword of its own
        ("foreword-lpb", {"dirk"}),
        ("groet", {"dirk"}),  # a block of LPB's own
    ],
)
def test_it_goes_to_whoever_had_the_item(
    mailed: Mailed, item: str, who: set[str]
) -> None:
    greeting = {"kind": "text", "id": "groet", "text": "Dag van de LPB."}
    mailed.build(
        "anna",
        friesian=("fenna",),
        lpb=("dirk",),
        editions=(
            {**LPB, "foreword": "Dag!", "blocks": [{"after": None, "block": greeting}]},
        ),
    )
    mailed.go_out()

    mailed.correct(item)
    mailed.work()

    assert set(mailed.corrected()) == who
    assert (mailed.sums()["state"], mailed.sums()["accepted"]) == ("sent", len(who))


@pytest.mark.parametrize(
    ("state", "gets_it"),
    [
        (DeliveryState.ACCEPTED, True),
        (DeliveryState.DELIVERED, True),
        (DeliveryState.IN_DOUBT, True),  # may well have it
        (DeliveryState.BOUNCED, False),
        (DeliveryState.COMPLAINED, False),
        (DeliveryState.REFUSED, False),
        (DeliveryState.CANCELLED, False),
    ],
)
def test_who_never_got_the_issue_gets_no_correction(
    mailed: Mailed, state: DeliveryState, gets_it: bool
) -> None:
    mailed.build("anna", "ben")
    mailed.go_out()
    mailed.became("ben", state)

    mailed.correct()
    mailed.work()

    assert set(mailed.corrected()) == ({"anna", "ben"} if gets_it else {"anna"})
    assert mailed.sums()["candidates"] == 1 + gets_it


def suppress(session: Session, subscriber: Subscriber) -> None:
    suppression.suppress(
        session,
        address_hash=subscriber.address_hash,
        reason=SuppressionReason.STAFF,
        now=subscriber.joined_at,
    )


def forget(session: Session, subscriber: Subscriber) -> None:
    privacy.forget(session, subscriber, now=subscriber.joined_at)


def rest(_session: Session, subscriber: Subscriber) -> None:
    subscriber.paused_until = (subscriber.joined_at + 9 * DAY).date()


def withdraw(session: Session, subscriber: Subscriber) -> None:
    partner_consents.withdraw_partner(
        session,
        subscriber,
        session.scalars(select(MailingList)).one(),
        session.scalars(select(Sender).where(Sender.slug == "lpb")).one(),
        source="test",
        now=subscriber.joined_at,
    )


GONE: dict[str, tuple[Callable[[Session, Subscriber], None], str]] = {
    "left": (end, "ended"),
    "suppressed": (suppress, "suppressed"),
    "erased": (forget, "suppressed"),
    "rests": (rest, "resting"),
    "took back the partner's consent": (withdraw, "no_consent"),
}


@pytest.mark.parametrize("how", GONE)
def test_who_has_left_since_is_counted_with_the_reason(
    mailed: Mailed, how: str
) -> None:
    change, reason = GONE[how]
    mailed.build("anna", lpb=("dirk",))
    mailed.go_out()
    mailed.change("dirk", change)

    mailed.correct()
    mailed.work()

    assert set(mailed.corrected()) == {"anna"}
    assert mailed.sums()["excluded"][reason] == 1
    assert mailed.sums()["candidates"] == 2


def test_who_leaves_before_it_is_claimed_gets_none(mailed: Mailed) -> None:
    mailed.build("anna", "ben")
    mailed.go_out()
    mailed.correct()
    mailed.change("ben", end)

    mailed.work()

    assert set(mailed.corrected()) == {"anna"}
    assert mailed.sums()["cancelled"] == 1


def test_whoever_the_issue_reaches_later_gets_the_correction_after_it(
    mailed: Mailed, scripted: Scripted
) -> None:
    scripted.answers["ben"] = "later"
    mailed.build("anna", "ben")
    mailed.go_out()
    mailed.correct()
    mailed.work()
    assert scripted.got == {"anna": 2}

    scripted.answers.clear()
    mailed.work(later=timedelta(minutes=6))
    mailed.work(later=timedelta(minutes=6))

    assert scripted.got == {"anna": 2, "ben": 2}
    assert (mailed.sums()["state"], mailed.sums()["accepted"]) == ("sent", 2)


def test_who_is_tried_again_gets_the_correction_too(
    mailed: Mailed, scripted: Scripted
) -> None:
    scripted.answers["ben"] = "refuse"
    mailed.build("anna", "ben")
    mailed.go_out()
    mailed.correct()
    mailed.work()
    scripted.answers.clear()

    mailed.retry()
    mailed.work()
    mailed.work(later=timedelta(minutes=6))

    assert scripted.got == {"anna": 2, "ben": 2}


def test_many_readers_are_cut_into_chunks_and_each_gets_one(mailed: Mailed) -> None:
    names = [f"reader{n}" for n in range(11)]  # three in a chunk
    mailed.build(*names)
    mailed.go_out()

    mailed.correct()
    mailed.work()

    assert set(mailed.corrected()) == set(names)


def test_it_may_be_sent_when_everybody_who_had_it_is_gone(mailed: Mailed) -> None:
    mailed.build("anna")
    mailed.go_out()
    mailed.change("anna", end)

    mailed.correct()  # the archive shows it

    assert (mailed.sums()["state"], mailed.sums()["prepared"]) == ("sent", 0)
