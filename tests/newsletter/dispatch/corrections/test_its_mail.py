"""The mail of a correction is one of ours: its edition, its headers, its way out."""

from sqlalchemy import select

from newsletter.dispatch import departures
from newsletter.dispatch.models import Delivery
from subscribers import subscriptions
from subscribers.models import (
    Subscriber,
    SubscriptionState,
)
from tests.newsletter.dispatch.corrections.mailed import Mailed


def test_a_partners_readers_get_it_in_the_edition_they_know(mailed: Mailed) -> None:
    mailed.build("anna", lpb=("dirk",))
    mailed.go_out()
    mailed.correct()
    mailed.work()

    ours, theirs = mailed.corrected()["anna"], mailed.corrected()["dirk"]

    assert ours["From"].addresses[0].display_name == "Buurtwijs"
    assert theirs["From"].addresses[0].display_name == "Buurtwijs en LPB"
    assert ours["Subject"] == theirs["Subject"] == "Rectificatie: De buurttafel"


def test_it_carries_the_headers_of_every_mail_of_ours(mailed: Mailed) -> None:
    mailed.build("anna")
    mailed.go_out()
    mailed.correct()
    mailed.work()

    mail = mailed.corrected()["anna"]

    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/unsubscribe/" in mail["List-Unsubscribe"]
    assert "buurtwijs.buurtwijs.example" in mail["List-Id"]
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "Het was donderdag, niet dinsdag." in plain.get_content()


def test_one_click_in_it_ends_the_subscription(mailed: Mailed) -> None:
    mailed.build("anna", "ben")
    mailed.go_out()
    mailed.correct()
    mailed.work()

    with mailed.database.write.begin() as session:
        correction = mailed.correction(session)
        anna = session.scalars(
            select(Delivery.seq)
            .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(
                Delivery.mailing_id == correction.mailing_id,
                Subscriber.address == "anna@example.nl",
            )
        ).one()
        departures.leave(session, correction.mailing_id, anna, now=mailed.now)

    with mailed.database.read() as session:
        states = {
            subscriber.address: subscriptions.subscriptions_of(session, subscriber)[0]
            for subscriber in session.scalars(select(Subscriber))
        }
        assert states["anna@example.nl"].state is SubscriptionState.ENDED
        assert states["ben@example.nl"].state is SubscriptionState.CONFIRMED
