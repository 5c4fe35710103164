"""A confirmation that comes back: nobody lives there, whatever was asked for."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter import privacy, retention
from newsletter.correspondence.models import ServiceMail
from newsletter.correspondence.post import queue_mail
from newsletter.dispatch.returns.bounced import take
from newsletter.dispatch.returns.models import ReportedEvent
from newsletter.providers.bounces.reading import read_bounce
from newsletter.providers.events import Event, EventKind
from newsletter.providers.sendgrid.events import read_events
from subscribers import addresses, secrets
from subscribers.models import Subscriber, Suppression
from tests.newsletter.dispatch.returns.reports import come_in, state_of
from tests.newsletter.dispatch.village import Village
from tests.newsletter.issues.world import World
from tests.newsletter.providers.bounces.mails import mail
from tests.stand_ins.sendgrid import SendGridStandIn
from tests.stand_ins.smtp import SmtpStandIn

ANNA = "anna@example.nl"
NOBODY = "nobody@example.nl"
SAFE = {"BUURTPOST_BASE_URL": "https://post.example.nl"}


def write_to(village: Village, address: str = NOBODY) -> str:
    """A service mail to somebody, sent; our id of it."""
    with village.database.write.begin() as session:
        queued = queue_mail(
            session,
            kind="sign-in",
            address=address,
            language="nl",
            values={"url": "https://post.test/x", "minutes": 30},
            now=village.now,
        )
        delivery = f"service-{queued.id}"
    village.work()
    return delivery


def village_with_anna(village: Village) -> None:
    """She is a reader too, known by the same hash as her service mails."""

    def also(world: World) -> None:
        key = secrets.key_for(world.session, secrets.SUPPRESSION)
        world.reader("anna").address_hash = addresses.hash_address(key, ANNA)

    village.build("ben", also=also, editions=())


def report(village: Village, delivery: str, kind: str, *, key: str = "") -> Event:
    return Event(
        key=key or kind,
        kind=EventKind(kind),
        name=kind,
        at=village.now,
        delivery=delivery,
        address=NOBODY,
    )


def why_suppressed(village: Village, address: str = NOBODY) -> str | None:
    with village.database.read() as session:
        key = secrets.key_for(session, secrets.SUPPRESSION)
        found = session.get(Suppression, addresses.hash_address(key, address))
        return None if found is None else found.reason.value


@pytest.mark.parametrize(
    ("kind", "suppressed"),
    [
        ("taken", None),
        ("delivered", None),
        ("hard_bounce", "bounced"),
        ("soft_bounce", None),
        ("dropped", None),
        ("complaint", "complained"),
        ("unknown", None),
    ],
)
def test_a_report_about_a_service_mail_means(
    village: Village, kind: str, suppressed: str | None
) -> None:
    delivery = write_to(village)

    come_in(village, report(village, delivery, kind))
    village.work()

    assert why_suppressed(village) == suppressed


def test_a_mailbox_that_is_full_day_after_day_is_given_up(village: Village) -> None:
    for day in range(5):
        assert why_suppressed(village) is None
        delivery = write_to(village)
        come_in(village, report(village, delivery, "soft_bounce", key=f"day {day}"))
        village.work(later=timedelta(days=1))

    assert why_suppressed(village) == "bounced"


def test_it_is_never_taken_for_the_newsletter_that_came_as_well(
    village: Village,
) -> None:
    village_with_anna(village)
    village.start()
    delivery = write_to(village, ANNA)

    come_in(village, report(village, delivery, "hard_bounce"))
    village.work()

    assert why_suppressed(village, ANNA) == "bounced"
    assert (state_of(village, "anna"), state_of(village, "ben")) == (
        "accepted",
        "accepted",
    )


@pytest.mark.parametrize("delivery", ["service-99", "service-", "service-1x", "test-1"])
def test_a_report_about_a_service_mail_we_do_not_know_changes_nothing(
    village: Village, delivery: str
) -> None:
    come_in(village, report(village, delivery, "hard_bounce"))
    village.work()

    assert why_suppressed(village) is None


def test_what_sendgrid_echoes_finds_its_service_mail(village: Village) -> None:
    with SendGridStandIn() as server:
        village.with_settings(
            BUURTPOST_PROVIDER="sendgrid",
            SENDGRID_API_KEY=server.key,
            SENDGRID_HOST=server.url,
            **SAFE,
        )
        write_to(village)
    (person,) = server.requests[0]["personalizations"]
    bounce = {
        "event": "bounce",
        "type": "bounce",
        "bounce_classification": "Invalid Address",
        "email": NOBODY,
        "sg_event_id": "one",
        **person["custom_args"],
    }
    come_in(village, *read_events(json.dumps([bounce]).encode(), now=village.now))
    village.work()

    assert why_suppressed(village) == "bounced"


def test_a_service_mail_by_smtp_comes_back_to_itself(village: Village) -> None:
    with SmtpStandIn() as server:
        village.with_settings(
            BUURTPOST_PROVIDER="smtp", BUURTPOST_SMTP_URL=server.url, **SAFE
        )
        write_to(village)
    (sent,) = server.accepted
    returned = mail("dsn-unknown-user", to=sent.sender)
    bounce = read_bounce(returned, keys=village.settings.signing_keys())
    with village.database.write.begin() as session:
        assert take(session, bounce, returned, now=village.now)
    village.work()

    assert why_suppressed(village) == "bounced"


def test_whom_it_was_to_is_forgotten_after_a_week(village: Village) -> None:
    delivery = write_to(village)

    retention.run(village.database, village.settings, now=village.now)
    assert hashes(village) != [None]
    village.now += timedelta(days=8)
    retention.run(village.database, village.settings, now=village.now)

    assert hashes(village) == [None]
    come_in(village, report(village, delivery, "hard_bounce"))
    village.work()
    assert why_suppressed(village) is None


def test_whoever_is_forgotten_is_not_known_by_their_service_mails(
    village: Village,
) -> None:
    village_with_anna(village)
    delivery = write_to(village, ANNA)
    come_in(village, report(village, delivery, "dropped"))
    village.work()
    with village.database.write.begin() as session:
        anna = session.scalars(
            select(Subscriber).where(Subscriber.address == ANNA)
        ).one()
        shown = privacy.export(session, anna)
        privacy.forget(session, anna, now=village.now)

    assert [one["kind"] for one in shown["service_mails"]] == ["sign-in"]
    assert [one["kind"] for one in shown["reports"]] == ["dropped"]
    assert hashes(village) == [None]
    with village.database.read() as session:
        (event,) = session.scalars(select(ReportedEvent))
        assert event.address_hash is None


def hashes(village: Village) -> list[bytes | None]:
    with village.database.read() as session:
        return list(session.scalars(select(ServiceMail.address_hash)))
