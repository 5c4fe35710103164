"""What each answer of SendGrid means, as a table."""

import json
import time
from email.utils import formatdate

import pytest

from newsletter.providers.sendgrid.answers import WAIT_SECONDS, Verdict, judge


def errors(message: str, field: str | None = None) -> bytes:
    about = {"message": message, "field": field, "help": None}
    return json.dumps({"errors": [about]}).encode()


UNVERIFIED = "The from address does not match a verified Sender Identity."
SPENT = "Maximum credits exceeded"


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (202, b"", Verdict.ACCEPTED),
        # A sandbox, or something in between that says yes to everything.
        (200, b"", Verdict.DOUBT),
        (201, b"", Verdict.DOUBT),
        (301, b"", Verdict.MISUSED),
        (302, b"", Verdict.MISUSED),
        (400, errors("Does not contain a valid address.", "personalizations.3.to"),
         Verdict.WRONG),
        (400, errors("Bad Request"), Verdict.WRONG),
        (400, errors(UNVERIFIED, "from.email"), Verdict.MISUSED),
        (400, errors("The subject is required.", "subject"), Verdict.MISUSED),
        (401, errors("The provided authorization grant is invalid"),
         Verdict.KEY_REFUSED),
        (403, errors("access forbidden"), Verdict.KEY_REFUSED),
        (403, errors(UNVERIFIED, "from"), Verdict.MISUSED),
        (401, errors(SPENT), Verdict.LIMIT),
        (403, errors("You have exceeded your daily limit"), Verdict.LIMIT),
        (429, errors("You reached your messaging limit for today"), Verdict.LIMIT),
        (429, errors("too many requests"), Verdict.BUSY),
        (404, b"", Verdict.MISUSED),
        (405, b"", Verdict.MISUSED),
        (408, b"", Verdict.DOUBT),
        (413, b"", Verdict.TOO_LARGE),
        (415, b"", Verdict.MISUSED),
        (500, b"", Verdict.DOUBT),
        (502, b"<html>Bad gateway</html>", Verdict.DOUBT),
        (503, b"", Verdict.DOUBT),
        (504, b"", Verdict.DOUBT),
    ],
)  # fmt: skip
def test_an_answer_means(status, body, verdict):
    assert judge(status, body, {}).verdict is verdict


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b'{"errors": 3}', b'{"errors": [3, null]}']
)
@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
def test_any_words_are_read(status, body):
    assert judge(status, body, {}).words == str(status)


def test_the_words_name_no_address():
    answer = judge(400, errors("anna@example.nl is no address"), {})

    assert answer.words == "400 <address> is no address"


@pytest.mark.parametrize(
    ("said", "period"),
    [
        ("You have exceeded your daily limit", "daily"),
        ("Sending limit reached for today", "daily"),
        ("Your limit of 500 mails per hour is reached", "hourly"),
        (SPENT, ""),
    ],
)
def test_a_limit_has_a_period_when_it_says_so(said, period):
    answer = judge(429, errors(said), {})

    assert (answer.verdict, answer.period) == (Verdict.LIMIT, period)


NOW = 1_800_000_000


@pytest.fixture
def _at_now(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: NOW + 0.25)


@pytest.mark.usefixtures("_at_now")
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Reset": f"{NOW + 30}"}, 29.75),
        ({"X-RateLimit-Reset": f"{NOW + 7200}"}, 7199.75),
        ({"X-RateLimit-Reset": f"{NOW + 1}"}, 0.75),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": formatdate(NOW + 30, usegmt=True)}, 29.75),
        ({"X-RateLimit-Reset": f"{NOW + 30}", "Retry-After": "7"}, 29.75),
        # What cannot be believed is not obeyed: milliseconds, another clock, words.
        ({"X-RateLimit-Reset": f"{NOW}000"}, WAIT_SECONDS),
        ({"X-RateLimit-Reset": "1"}, WAIT_SECONDS),
        ({"X-RateLimit-Reset": "²"}, WAIT_SECONDS),
        ({"Retry-After": "soon"}, WAIT_SECONDS),
        ({}, WAIT_SECONDS),
    ],
)
def test_a_wait_is_exactly_as_long_as_it_says(headers, seconds):
    assert judge(429, b"", headers).seconds == seconds


@pytest.mark.usefixtures("_at_now")
def test_a_limit_that_does_not_say_when_it_ends_is_tried_once_an_hour():
    assert judge(401, errors(SPENT), {}).seconds == 3600
    reset = {"X-RateLimit-Reset": f"{NOW + 30}"}
    assert judge(401, errors(SPENT), reset).seconds == 29.75
