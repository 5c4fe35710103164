"""From the link in a mail back to the person."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.dispatch import departures
from newsletter.dispatch.models import Delivery
from subscribers.models import (
    ConsentAct,
    ConsentRecord,
    Subscriber,
    SubscriptionState,
)
from tests.newsletter.dispatch.fakes import Scripted
from tests.newsletter.dispatch.village import Village


def delivery_of(village: Village, name: str) -> tuple[int, int]:
    with village.database.read() as session:
        row = session.execute(
            select(Delivery.mailing_id, Delivery.seq)
            .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(Subscriber.address == f"{name}@example.nl")
        ).one()
        return row.mailing_id, row.seq


def leave(village: Village, delivery: tuple[int, int]) -> bool:
    with village.database.write.begin() as session:
        return departures.leave(session, *delivery, now=village.now)


def state_of(session: Session, name: str) -> SubscriptionState:
    found = session.query(Subscriber).filter_by(address=f"{name}@example.nl").one()
    (subscription,) = found.subscriptions
    return subscription.state


def test_one_click_ends_the_subscription_and_says_so_in_the_ledger_of_consent(
    village: Village,
) -> None:
    village.build("anna", "ben")
    village.start()

    assert leave(village, delivery_of(village, "anna"))
    assert leave(village, delivery_of(village, "anna")), "repeating is fine"

    with village.database.read() as session:
        assert state_of(session, "anna") is SubscriptionState.ENDED
        assert state_of(session, "ben") is SubscriptionState.CONFIRMED
        acts = session.scalars(
            select(ConsentRecord.source).where(
                ConsentRecord.act == ConsentAct.WITHDRAWN
            )
        ).all()
    assert acts == [departures.SOURCE]


def test_who_leaves_between_freeze_and_send_gets_nothing(
    village: Village, scripted: Scripted
) -> None:
    village.build("anna", "ben")
    village.start()
    leave(village, delivery_of(village, "anna"))

    village.work()

    assert set(scripted.got) == {"ben"}
    assert village.receipt()["cancelled"] == 1


def test_a_mail_that_never_was_or_whose_reader_is_gone_ends_nothing(
    village: Village,
) -> None:
    village.build("anna")
    mailing_id = village.start()
    delivery = delivery_of(village, "anna")
    village.change("anna", lambda session, anna: session.delete(anna))

    assert not leave(village, delivery)
    assert not leave(village, (mailing_id, 99))
    assert not leave(village, (0, 0))
