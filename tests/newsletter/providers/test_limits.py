"""Which answers say that we have sent all we may."""

import pytest

from newsletter.providers.base import ProviderLimit
from newsletter.providers.smtp import open_smtp
from newsletter.providers.smtp.limits import limit_in
from newsletter.settings import read_settings
from tests.newsletter.providers.letters import Journal, crowd, never
from tests.stand_ins.relay import Relay, Script

PIPELINED = ("PIPELINING", "SIZE 0")
LOCKSTEP = ("SIZE 0",)


@pytest.mark.parametrize(
    ("code", "words", "period"),
    [
        # As servers were seen to say it.
        (550, "5.4.5 Daily user sending limit exceeded. For more information", "daily"),
        (550, "5.4.5 Daily user sending quota exceeded.", "daily"),
        (550, "5.4.5 Daily SMTP relay sending limit exceeded for customer", "daily"),
        (450, "4.7.1 daily limit reached, try again tomorrow", "daily"),
        (454, "Throttling failure: Daily message quota exceeded.", "daily"),
        (550, "5.1.90 You've reached your daily limit for message recipients", "daily"),
        (554, "5.7.1 You have exceeded your 24-hour sending limit", "daily"),
        (550, "Maximum of 500 recipients per day exceeded", "daily"),
        (550, "x.nl has exceeded the max emails per hour (51/50) allowed", "hourly"),
        (451, "4.7.1 Hourly quota exceeded", "hourly"),
        (421, "4.7.0 Too many messages: limit of 200 an hour reached", "hourly"),
        (451, "Authentication failed: Maximum credits exceeded", ""),
        (550, "5.7.1 Sending limit exceeded", ""),
        (552, "5.7.1 Sender quota for the account exceeded", ""),
        (450, "4.7.1 You have exceeded your outbound message limit", ""),
    ],
)
def test_a_limit_of_ours_is_known_by_its_words(code, words, period):
    limit = limit_in(code, words)

    assert limit is not None
    assert limit.period == period


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (250, "2.0.0 Daily limit: 20 left"),
        (552, "5.2.2 <address>: mailbox is over quota"),
        (452, "4.2.2 The email account that you tried to reach is over quota"),
        (450, "4.2.1 The user is receiving mail at a rate above the hourly limit"),
        (550, "5.2.1 receives too much mail today: limit exceeded"),
        (550, "Recipient quota exceeded"),
        (452, "4.5.3 Too many recipients"),
        (452, "4.3.1 Insufficient system storage"),
        (552, "5.3.4 Message size exceeds fixed limit"),
        (550, "5.1.1 <address>: limit of the day's jokes exceeded"),
        (450, "4.7.1 Greylisted for an hour"),
        (421, "4.7.0 Too many connections"),
        (554, "5.7.1 Blocked for spam seen today"),
    ],
)
def test_what_is_about_a_reader_a_message_or_a_moment_is_no_limit_of_ours(code, words):
    assert limit_in(code, words) is None


def send(relay: Relay, journal: Journal) -> None:
    settings = read_settings(
        {
            "BUURTPOST_PROVIDER": "smtp",
            "BUURTPOST_SECRET_KEY": "a key for tests",
            "BUURTPOST_SMTP_URL": relay.url,
        }
    )
    open_smtp(settings).send(crowd(6), marks=journal, until=never)


def third(verb: str) -> Script:
    """The third time it hears this, and ever after."""
    heard: list[str] = []

    def script(line: str) -> str | None:
        if not line.startswith(verb):
            return None
        heard.append(line)
        return "550 5.4.5 Daily sending quota exceeded" if len(heard) > 2 else None

    return script


@pytest.mark.parametrize("offers", [PIPELINED, LOCKSTEP], ids=["pipelined", "lockstep"])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
def test_at_the_limit_nobody_has_spent_a_try(verb, offers):
    journal = Journal()
    with (
        Relay(third(verb), offers=offers) as relay,
        pytest.raises(ProviderLimit, match="takes no more from us") as limit,
    ):
        send(relay, journal)

    assert limit.value.period == "daily"
    assert limit.value.seconds >= 600
    assert set(journal.outcome.values()) == {"accepted"}
    assert len(journal.outcome) == 2


def test_credits_that_ran_out_are_no_wrong_password():
    journal = Journal()
    spent = "451 Authentication failed: Maximum credits exceeded"
    with (
        Relay(lambda line: spent if line.startswith("EHLO") else None) as relay,
        pytest.raises(ProviderLimit, match="Maximum credits exceeded"),
    ):
        send(relay, journal)

    assert journal.outcome == {}
