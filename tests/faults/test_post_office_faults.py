"""Everything a SendGrid can do wrong; and its events settle what it left in doubt."""

import json
import random
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.faults.installation import CHUNK, Installation
from tests.faults.record import Line
from tests.faults.rules import HANG_UP, RESET, SILENCE, Rule
from tests.faults.trial import LATER, trial
from tests.journeys.home import free_port
from tests.stand_ins.sendgrid_webhook import Signing

WEBHOOK = "/webhooks/sendgrid"


@pytest.mark.long
def test_a_sendgrid_that_is_down_at_the_start_is_waited_for(
    on_sqlite: Installation,
) -> None:
    with trial(on_sqlite, "post_office", is_up=False) as test:
        assert test.work() == 0
        assert "cannot be reached" in test.receipt()["reason"]

        test.stand_in.up()
        test.work(ahead=LATER)

        assert test.judge().accepted == 300


def test_a_sendgrid_that_takes_and_then_fails_leaves_one_request_in_doubt(
    on_sqlite: Installation,
) -> None:
    """500, a line closed and a reset after taking; a reset before it."""
    rules = (
        Rule("post", "500", take=True, after=1, at_most=1),
        Rule("post", HANG_UP, take=True, after=2, at_most=1),
        Rule("post", RESET, take=True, after=3, at_most=1),
        Rule("post", RESET, after=4, at_most=1),
    )
    with trial(on_sqlite, "post_office", *rules) as test:
        test.work_until_sent()

        verdict = test.judge()
        assert verdict.in_doubt > verdict.in_doubt_taken > 0


def test_a_sendgrid_that_says_not_now_is_obeyed(on_sqlite: Installation) -> None:
    with trial(
        on_sqlite, "post_office", Rule("post", "429 90", after=2, at_most=1)
    ) as (test):
        assert test.work() == 0
        document = test.receipt()
        assert 0 < document["accepted"] < 300
        assert "asks us to wait" in document["reason"]
        before = len(test.stand_in.lines())
        test.work(ahead=timedelta(seconds=30))
        assert len(test.stand_in.lines()) == before, "not before it said so"

        test.work(ahead=timedelta(minutes=3))

        verdict = test.judge()
        assert (verdict.accepted, verdict.in_doubt) == (300, 0)


@pytest.mark.long
def test_one_reader_nobody_can_mail_costs_only_that_one(
    on_sqlite: Installation,
) -> None:
    poison = Rule("post", "400", about="lezer7@example.nl")
    with trial(on_sqlite, "post_office", poison) as test:
        test.work_until_sent()

        verdict = test.judge()
        document = test.receipt()
        assert (verdict.accepted, document["refused"]) == (299, 1)


@pytest.mark.long
def test_a_sendgrid_that_is_silent_leaves_one_request_in_doubt(
    on_sqlite: Installation,
) -> None:
    rule = Rule("post", SILENCE, take=True, after=1, at_most=1)
    with trial(on_sqlite, "post_office", rule, values=SHORT_PATIENCE) as test:
        test.work_until_sent()

        verdict = test.judge()
        assert 0 < verdict.in_doubt <= CHUNK


def test_webhooks_replayed_three_times_in_any_order_change_nothing(
    on_sqlite: Installation,
) -> None:
    dice, signing = random.Random(1), Signing()
    rule = Rule("post", "500", take=True, after=2, at_most=2)
    public = {"SENDGRID_WEBHOOK_PUBLIC_KEY": signing.public_key}
    with trial(on_sqlite, "post_office", rule) as test:
        test.work_until_sent()
        assert test.judge().in_doubt > 0
        events = [*events_about(test.stand_in.lines(), dice)]
        home = on_sqlite.command
        home.environment |= public | test.stand_in.environment(1)
        with home.serving(free_port()) as site:
            receipts = []
            for _ in range(3):
                dice.shuffle(events)
                for first in range(0, len(events), 100):
                    post(site, signing, events[first : first + 100])
                test.work()
                receipts.append(on_sqlite.receipt())

        assert receipts[0]["in_doubt"] == 0, "all were taken, and that is told"
        assert receipts[0]["bounced"]
        assert receipts[0]["complained"]
        assert receipts[0] == receipts[1] == receipts[2]
        test.judge()


def events_about(
    lines: Iterable[Line], dice: random.Random
) -> Iterable[dict[str, Any]]:
    """What SendGrid would report of what it took."""
    for line in lines:
        if not line.taken:
            continue
        happened: list[dict[str, Any]] = [{"event": "processed"}]
        luck = dice.random()
        if luck < 0.1:
            happened.append({"event": "bounce", "bounce_classification": "Content"})
        elif luck < 0.9:
            happened.append({"event": "delivered"})
        if luck > 0.85:
            happened.append({"event": "spamreport"})
        for one in happened:
            yield {
                **one,
                "email": line.address,
                "bw_delivery": line.delivery,
                "timestamp": int(datetime.now(UTC).timestamp()),
                "sg_event_id": f"{line.delivery}-{one['event']}",
            }


def post(site: str, signing: Signing, events: list[dict[str, Any]]) -> None:
    body = json.dumps(events).encode()
    headers = signing.headers(body, at=datetime.now(UTC))
    request = urllib.request.Request(site + WEBHOOK, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 204


SHORT_PATIENCE = {
    "newsletter.providers.sendgrid.provider:SendGridProvider.__init__.__kwdefaults__": {
        "timeout": 2
    }
}
