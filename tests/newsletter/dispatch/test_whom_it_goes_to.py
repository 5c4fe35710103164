"""Who gets a mailing, in which version, and why the others do not."""

from datetime import timedelta

from sqlalchemy.orm import Session

from newsletter.dispatch.models import Delivery
from subscribers import senders, suppression
from subscribers.models import (
    Frequency,
    PartnerConsent,
    Subscriber,
    SubscriptionState,
    SuppressionReason,
)
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import Village, check_sums, end
from tests.newsletter.issues.world import World


def test_everybody_gets_the_one_version_meant_for_them(village: Village) -> None:
    village.build("anna", "ben", friesian=("cleo",), lpb=("dirk",))

    village.start()
    village.work()

    mails = village.outbox()
    assert set(mails) == {"anna", "ben", "cleo", "dirk"}
    document = village.receipt()
    check_sums(document)
    assert (document["state"], document["accepted"]) == ("sent", 4)
    assert document["editions"]["lpb"]["accepted"] == 1


def test_who_is_not_mailed_is_counted_with_the_first_reason(village: Village) -> None:
    def also(world: World) -> None:
        for state in ("pending", "ended", "quarantined"):
            world.reader(state, state=SubscriptionState(state))
        world.reader("rests").paused_until = (village.now + timedelta(days=9)).date()
        world.reader("monthly").frequency = Frequency.MONTHLY
        suppressed = world.reader("suppressed", state=SubscriptionState.ENDED)
        suppression.suppress(
            world.session,
            address_hash=suppressed.address_hash,
            reason=SuppressionReason.LEFT,
            note="",
            now=village.now,
        )

    village.build("anna", also=also)

    village.start()

    document = village.receipt()
    check_sums(document)
    assert document["candidates"] == 7
    assert document["excluded"] == {
        "suppressed": 1,
        "ended": 1,
        "quarantined": 1,
        "pending": 1,
        "no_consent": 0,
        "resting": 1,
        "bundled": 1,
        "nothing_for_you": 0,
    }
    village.work()
    assert set(village.outbox()) == {"anna"}


def test_nothing_for_you_means_no_mail(village: Village) -> None:
    village.build(
        "anna",
        friesian=("cleo",),
        blocks=({"kind": "story", "story": "soep", "only": {"region": "PV21"}},),
        editions=(),
    )

    village.start()
    village.work()

    assert set(village.outbox()) == {"cleo"}
    assert village.receipt()["excluded"]["nothing_for_you"] == 1


def test_who_leaves_or_is_suppressed_in_time_is_not_mailed(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben", "cleo", "eva", lpb=("dirk",))
    village.start()

    def suppress(session: Session, subscriber: Subscriber) -> None:
        suppression.suppress(
            session,
            address_hash=subscriber.address_hash,
            reason=SuppressionReason.COMPLAINED,
            note="",
            now=village.now,
        )

    def take_back(session: Session, subscriber: Subscriber) -> None:
        session.query(PartnerConsent).filter_by(subscriber_id=subscriber.id).delete()

    def erase(session: Session, subscriber: Subscriber) -> None:
        session.query(Delivery).filter_by(subscriber_id=subscriber.id).update(
            {Delivery.subscriber_id: None}
        )

    village.change("ben", end)
    village.change("cleo", suppress)
    village.change("dirk", take_back)
    village.change("eva", erase)
    village.work()

    assert set(scripted.got) == {"anna"}
    document = village.receipt()
    check_sums(document)
    assert (document["accepted"], document["cancelled"]) == (1, 4)
    assert document["state"] == "sent"


def test_a_sender_called_base_takes_nobody_from_the_base_issue(
    village: Village,
) -> None:
    def also(world: World) -> None:
        senders.add_sender(world.session, slug="base", name="Base", postal_address="")

    village.build("anna", also=also)

    village.start()
    village.work()

    assert set(village.outbox()) == {"anna"}


def test_an_issue_nobody_may_get_is_sent_at_once(village: Village) -> None:
    village.build()
    village.start()

    assert village.receipt()["state"] == "sent"
