"""SendGrid's webhook: believed when signed, stored before it is answered."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from database.session import Database
from newsletter.dispatch.returns.models import ReportedEvent
from newsletter.jobs.models import Job
from newsletter.settings import Settings, read_settings
from tests.conftest import NOW
from tests.stand_ins.sendgrid_webhook import Signing
from tests.web.conftest import Clock
from web.app import create_app

PAYLOADS = Path(__file__).parents[1] / "payloads" / "sendgrid"
SIGNING = Signing()
BODY = (PAYLOADS / "delivered.json").read_bytes()


@pytest.fixture
def app(settings: Settings, database: Database, clock: Clock) -> Flask:
    more = {
        "SENDGRID_WEBHOOK_PUBLIC_KEY": f"{Signing().public_key},{SIGNING.public_key}"
    }
    return create_app(read_settings({**settings.environment, **more}), database, clock)


def post(
    client: FlaskClient, body: bytes = BODY, *, signing: Signing = SIGNING
) -> TestResponse:
    headers = signing.headers(body, at=NOW)
    return client.post("/webhooks/sendgrid", data=body, headers=headers)


def stored(database: Database) -> list[ReportedEvent]:
    with database.read() as session:
        return list(session.scalars(select(ReportedEvent).order_by(ReportedEvent.id)))


def test_what_is_signed_is_stored_and_waits_for_a_job(
    client: FlaskClient, database: Database
) -> None:
    answer = post(client)

    (event,) = stored(database)
    assert answer.status_code == 204
    assert (event.provider, event.kind) == ("sendgrid", "delivered")
    assert (event.mailing_id, event.seq, event.applied_at) == (1, 1, None)
    with database.read() as session:
        assert session.scalars(select(Job.kind)).all() == ["apply-events"]


def test_the_same_post_again_is_answered_alike_and_stored_once(
    client: FlaskClient, database: Database
) -> None:
    assert [post(client).status_code for _ in range(3)] == [204, 204, 204]
    assert len(stored(database)) == 1


def test_nothing_personal_is_stored(client: FlaskClient, database: Database) -> None:
    for payload in PAYLOADS.glob("*.json"):
        assert post(client, payload.read_bytes()).status_code == 204

    for event in stored(database):
        kept = f"{event.name} {event.detail} {event.key} {event.status}"
        assert "@" not in kept
        assert "203.0.113.5" not in kept


def test_events_nobody_knows_are_stored_as_unknown(
    client: FlaskClient, database: Database
) -> None:
    answer = post(client, b'[{"event": "teleported"}, 7, "x", {}]\r\n')

    assert answer.status_code == 204
    assert [event.kind for event in stored(database)] == ["unknown"] * 4


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Twilio-Email-Event-Webhook-Signature": "!"},
        {
            "X-Twilio-Email-Event-Webhook-Signature": "!",
            "X-Twilio-Email-Event-Webhook-Timestamp": "x",
        },
        Signing().headers(BODY, at=NOW),
        SIGNING.headers(BODY.strip(), at=NOW),
        SIGNING.headers(BODY, at=NOW - timedelta(hours=26)),
    ],
)
def test_what_is_not_is_refused_without_a_body(
    client: FlaskClient, database: Database, headers: dict[str, str]
) -> None:
    answer = client.post("/webhooks/sendgrid", data=BODY, headers=headers)

    assert (answer.status_code, answer.data) == (403, b"")
    assert stored(database) == []


def test_a_retry_of_yesterday_is_taken(client: FlaskClient, clock: Clock) -> None:
    clock.moment = NOW + timedelta(hours=24, minutes=30)

    assert post(client).status_code == 204


@pytest.mark.parametrize("keys", ["", "not a key"])
def test_without_a_good_key_everything_is_refused(
    settings: Settings, sqlite_database: Database, clock: Clock, keys: str
) -> None:
    environment = {**settings.environment, "SENDGRID_WEBHOOK_PUBLIC_KEY": keys}
    app = create_app(read_settings(environment), sqlite_database, clock)

    answer = post(app.test_client())

    assert (answer.status_code, answer.data) == (403, b"")


@pytest.mark.parametrize("body", [b"", b"{}", b"no json", b"\xff", b"[" * 50_000])
def test_what_is_signed_and_no_list_of_events_is_a_bad_request(
    client: FlaskClient, body: bytes
) -> None:
    assert post(client, body).status_code == 400


def test_a_post_of_768_kilobytes_fits(client: FlaskClient, database: Database) -> None:
    one = b'{"event": "delivered", "sg_event_id": "%06d", "pad": "%s"}'
    body = b"[" + b",".join(one % (n, b"x" * 500) for n in range(1400)) + b"]"

    assert len(body) > 768_000
    assert post(client, body).status_code == 204
    assert len(stored(database)) == 1400


def test_one_far_larger_is_not_read(client: FlaskClient) -> None:
    assert post(client, b" " * 5_000_000).status_code == 413


def test_it_answers_to_a_post_only(client: FlaskClient) -> None:
    assert client.get("/webhooks/sendgrid").status_code == 405
