"""From a mail that really left to what its provider reports about it, and back."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from database.session import Database
from newsletter.dispatch.returns.bounced import take
from newsletter.providers.bounces.reading import read_bounce
from tests.newsletter.dispatch.returns.reports import state_of
from tests.newsletter.dispatch.village import Village
from tests.newsletter.providers.bounces.mails import mail
from tests.stand_ins.sendgrid import Reply, SendGridStandIn
from tests.stand_ins.sendgrid_webhook import Signing
from tests.stand_ins.smtp import SmtpStandIn
from web.app import create_app

SAFE = {"BUURTPOST_BASE_URL": "https://post.example.nl"}


@pytest.fixture
def village(sqlite_database: Database, tmp_path: Path) -> Village:
    village = Village(sqlite_database, tmp_path / "home")
    village.build("anna", "ben", "cleo", editions=())
    return village


def post(village: Village, signing: Signing, events: list[dict[str, object]]) -> int:
    body = json.dumps(events).encode() + b"\r\n"
    app = create_app(village.settings, village.database, lambda: village.now)
    return (
        app.test_client()
        .post(
            "/webhooks/sendgrid",
            data=body,
            headers=signing.headers(body, at=village.now),
        )
        .status_code
    )


def test_what_sendgrid_echoes_finds_its_delivery(village: Village) -> None:
    signing = Signing()
    with SendGridStandIn() as server:
        village.with_settings(
            BUURTPOST_PROVIDER="sendgrid",
            SENDGRID_API_KEY=server.key,
            SENDGRID_HOST=server.url,
            SENDGRID_WEBHOOK_PUBLIC_KEY=signing.public_key,
            **SAFE,
        )
        village.start()
        village.work()
    echoed = {
        one["to"][0]["email"].partition("@")[0]: one["custom_args"]
        for request in server.requests
        for one in request["personalizations"]
    }
    happened = {
        "anna": {"event": "delivered"},
        "ben": {"event": "bounce", "bounce_classification": "Invalid Address"},
        "cleo": {"event": "spamreport"},
    }
    events = [{**happened[name], **echoed[name]} for name in happened]

    assert post(village, signing, events) == 204
    village.work()

    assert [state_of(village, name) for name in happened] == [
        "delivered",
        "bounced",
        "complained",
    ]


def test_a_request_nobody_answered_is_settled_by_its_events(village: Village) -> None:
    signing = Signing()

    def silent(_number: int, _body: object) -> Reply:
        return Reply(500, after_taking=True)

    with SendGridStandIn(silent) as server:
        village.with_settings(
            BUURTPOST_PROVIDER="sendgrid",
            SENDGRID_API_KEY=server.key,
            SENDGRID_HOST=server.url,
            SENDGRID_WEBHOOK_PUBLIC_KEY=signing.public_key,
            **SAFE,
        )
        village.start()
        village.work()
        assert village.receipt()["in_doubt"] == 3
        events: list[dict[str, object]] = [
            {"event": "processed", "bw_delivery": taken.delivery}
            for taken in server.mails
        ]
        post(village, signing, events)
        village.work(later=timedelta(minutes=1))

    assert village.receipt()["accepted"] == 3
    assert server.addressees().total() == 3


def test_a_mail_sent_by_smtp_comes_back_to_its_own_delivery(village: Village) -> None:
    with SmtpStandIn() as server:
        village.with_settings(
            BUURTPOST_PROVIDER="smtp", BUURTPOST_SMTP_URL=server.url, **SAFE
        )
        village.start()
        village.work()
    (to_ben,) = [one for one in server.accepted if one.recipient == "ben@example.nl"]
    returned = mail("dsn-unknown-user", to=to_ben.sender)
    bounce = read_bounce(returned, keys=village.settings.signing_keys())
    with village.database.write.begin() as session:
        assert take(session, bounce, returned, now=village.now)
    village.work()

    assert state_of(village, "ben") == "bounced"
    assert {state_of(village, name) for name in ("anna", "cleo")} == {"accepted"}
