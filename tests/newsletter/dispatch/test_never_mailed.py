"""Who was imported without proof is mailed by no path; a new partner gets nobody."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from database.session import Database
from newsletter.dispatch import settling
from newsletter.dispatch.corrections.send import correct
from newsletter.dispatch.models import Delivery
from newsletter.dispatch.receipt import receipt
from newsletter.dispatch.settling import Outcome
from newsletter.dispatch.states import DeliveryState
from newsletter.dispatch.testmail import send_test
from newsletter.issues.compose import find_issue
from newsletter.partners.partners import add_partner, find_partner
from newsletter.workflow import links
from subscribers import subscriptions, suppression
from subscribers.lists import find_list
from subscribers.models import (
    Frequency,
    PartnerConsent,
    Sender,
    Subscriber,
    SubscriptionState,
    SuppressionReason,
)
from subscribers.promises import NotToBeMailed
from subscribers.segments.mailed import count
from subscribers.segments.rules import parse_rule
from subscribers.subscriptions import Details
from tests.newsletter.dispatch.bundles.monthly import NOVEMBER, Monthly, day
from tests.newsletter.dispatch.village import BY
from tests.newsletter.issues.world import World
from tests.newsletter.pictures import picture

QUARANTINED = SubscriptionState.QUARANTINED


@pytest.fixture
def village(sqlite_database: Database, tmp_path: Path) -> Monthly:
    return Monthly(sqlite_database, tmp_path / "home")


def quarantine(_session: Session, reader: Subscriber) -> None:
    (subscription,) = reader.subscriptions
    subscription.state = QUARANTINED


def test_no_issue_and_no_bundle_goes_to_who_is_in_quarantine(village: Monthly) -> None:
    def imported(world: World) -> None:
        world.reader("quirijn", state=QUARANTINED)
        world.reader("quinta", state=QUARANTINED).frequency = Frequency.MONTHLY

    village.people("anna", monthly=("ben",), also=imported)
    village.mail(42, day(11, 5))
    village.make()

    assert set(village.outbox()) == {"anna"}
    assert set(village.sent()) == {"ben"}
    assert village.receipt()["excluded"]["quarantined"] == 2
    assert village.sums()["excluded"]["quarantined"] == 2
    with village.database.read() as session:
        everybody = parse_rule({"any": [{"all": []}, {"frequency": "monthly"}]})
        mailing_list = find_list(session, "buurtwijs")
        assert count(session, mailing_list, everybody, now=village.now) == 2


def again(village: Monthly) -> None:
    village.act(
        lambda s, i: settling.settle(s, i, Outcome.AGAIN, by=BY, now=village.now)
    )


def corrected(village: Monthly) -> None:
    correct(village.database, village.settings, 42, "soep", text="Het was donderdag.",
            by=BY, now=village.now)  # fmt: skip


# By a person's hand, after the mail to somebody whose consent proved to be none.
PATHS: dict[str, tuple[DeliveryState, Callable[[Monthly], Any]]] = {
    "retry": (DeliveryState.REFUSED, Monthly.retry),
    "again": (DeliveryState.IN_DOUBT, again),
    "a correction": (DeliveryState.ACCEPTED, corrected),
}


@pytest.mark.parametrize("path", PATHS)
def test_no_second_try_reaches_who_is_in_quarantine_since(
    village: Monthly, path: str
) -> None:
    state, act = PATHS[path]
    village.build("quirijn")
    village.start()
    village.work()
    for mail in (village.settings.outbox / "42").glob("*.eml"):
        mail.unlink()
    with village.database.write.begin() as session:
        session.execute(update(Delivery).values(state=state))
    village.change("quirijn", quarantine)

    act(village)
    village.work(later=timedelta(days=1))

    assert village.outbox() == {}


def suppress(session: Session, reader: Subscriber) -> None:
    suppression.suppress(
        session,
        address_hash=suppression.hash_of(session, reader.address),
        reason=SuppressionReason.LEFT,
        now=day(11, 1),
    )


@pytest.mark.parametrize(
    ("why", "says"),
    [(quarantine, "is in quarantine"), (suppress, "is suppressed")],
)
def test_not_even_a_test_mail_goes_there(
    village: Monthly, why: Callable[[Session, Subscriber], None], says: str
) -> None:
    village.build("anna", "quirijn")
    village.change("quirijn", why)

    def test_to(name: str) -> None:
        send_test(village.database, village.settings, village.context.signer, 42,
                  to=f"{name}@example.nl", by=BY, now=village.now)  # fmt: skip

    with pytest.raises(NotToBeMailed, match=says):
        test_to("quirijn")
    assert village.outbox("service") == {}
    test_to("anna")
    test_to("collega")
    assert set(village.outbox("service")) == {"anna", "collega"}


@pytest.mark.parametrize("why", [quarantine, suppress])
def test_nor_does_a_question_to_look_along(
    village: Monthly, why: Callable[[Session, Subscriber], None]
) -> None:
    village.build("anna", "quirijn")
    village.change("quirijn", why)

    with village.database.write.begin() as session, pytest.raises(NotToBeMailed):
        links.invite(
            session, village.settings, village.context.signer, find_issue(session, 42),
            email="quirijn@example.nl", language="nl", by=BY, now=village.now,
        )  # fmt: skip

    village.work()
    assert village.outbox("service") == {}


def test_only_ones_own_sign_up_lifts_it(village: Monthly) -> None:
    village.people(also=lambda world: world.reader("quirijn", state=QUARANTINED))
    with village.database.write.begin() as session:
        mailing_list = find_list(session, "buurtwijs")
        reader = subscriptions.find_subscriber(session, "quirijn@example.nl")
        assert reader is not None
        asked = subscriptions.request(
            session, address=reader.address, mailing_list=mailing_list,
            details=Details(), source="form", language="nl", now=village.now,
        )  # fmt: skip
        # Somebody typed the address into the form: nothing is lifted by that.
        (subscription,) = reader.subscriptions
        assert subscription.state is QUARANTINED
        subscriptions.confirm(session, asked.id, now=village.now)

    village.start()
    village.work()

    assert set(village.outbox()) == {"quirijn"}


def test_a_partner_added_later_makes_nobody_eligible(village: Monthly) -> None:
    village.people("anna", monthly=("ben",), lpb=("ben",))
    with village.database.write.begin() as session:
        asked = subscriptions.request(
            session, address="cleo@example.nl", source="form", language="nl",
            mailing_list=find_list(session, "buurtwijs"), now=village.now,
            details=Details(partners=[find_partner(session, "lpb").sender]),
        ).id  # fmt: skip
        add_partner(
            session, village.settings, slug="vng", name="VNG", logo=picture(),
            colour="#0b5c85", now=village.now,
        )  # fmt: skip
        # Confirming afterwards says yes to what the form said then.
        subscriptions.confirm(session, asked, now=village.now)
        standing = select(Sender.slug).join(PartnerConsent).distinct()
        assert session.scalars(standing).all() == ["lpb"]
    edition = {"partner": "vng", "foreword": "Dag van de VNG.", "audience": {"all": []}}
    village.mail(43, day(11, 19), editions=[edition])
    village.make(NOVEMBER)

    with village.database.read() as session:
        sums = receipt(session, find_issue(session, 43))["editions"]["vng"]
        mailing_list = find_list(session, "buurtwijs")
        rule = parse_rule({"partner": "vng"})
        assert count(session, mailing_list, rule, now=village.now) == 0
    assert sums["candidates"] == 0
    assert all("VNG" not in mail for mail in village.sent().values())
    assert all("VNG" not in mail for mail in village.outbox("43").values())
