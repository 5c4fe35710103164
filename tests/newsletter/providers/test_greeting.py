"""Before the first mail: EHLO, STARTTLS and AUTH with relays of every age and mood."""

from base64 import b64encode

import pytest

from newsletter.providers.base import ProviderBusy, ProviderMisconfigured
from newsletter.providers.smtp import open_smtp
from newsletter.providers.smtp.connection import Patience
from newsletter.settings import read_settings
from tests.newsletter.providers.letters import Journal, chunk, never
from tests.stand_ins.relay import HANG_UP, Relay

ALL_ACCEPTED = dict.fromkeys(range(3), "accepted")


def greet(relay: Relay, *, user: str = "", tls: str = "none") -> Journal:
    url = relay.url.replace("//", f"//{user}").replace("tls=none", f"tls={tls}")
    environment = {"BUURTPOST_SECRET_KEY": "x", "BUURTPOST_SMTP_URL": url}
    provider = open_smtp(
        read_settings({"BUURTPOST_PROVIDER": "smtp", **environment}),
        patience=Patience(connect=2, command=1, dot=1),
    )
    journal = Journal()
    provider.send(chunk(), marks=journal, until=never)
    provider.close()
    return journal


def base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_a_relay_that_knows_no_ehlo_is_greeted_by_helo():
    with Relay(lambda line: "502 What?" if line.startswith("EHLO") else None) as relay:
        journal = greet(relay)

    assert journal.outcome == ALL_ACCEPTED
    assert relay.lines[:2] == ["EHLO localhost", "HELO localhost"]


def test_the_password_is_said_by_plain_where_it_is_offered():
    with Relay(offers=("AUTH LOGIN PLAIN", "PIPELINING")) as relay:
        journal = greet(relay, user="anna:secret@")

    assert journal.outcome == ALL_ACCEPTED
    secret = base64("\0anna\0secret")
    assert relay.lines[1] == f"AUTH PLAIN {secret}"


@pytest.mark.parametrize("offer", ["AUTH LOGIN", "AUTH=LOGIN"])
def test_else_by_login_in_two_answers(offer):
    answers = {
        "AUTH LOGIN": "334 VXNlcm5hbWU6",
        base64("anna"): "334 UGFzc3dvcmQ6",
        base64("secret"): "235 Welcome",
    }
    with Relay(answers.get, offers=(offer,)) as relay:
        journal = greet(relay, user="anna:secret@")

    assert journal.outcome == ALL_ACCEPTED


def test_a_relay_without_a_way_to_sign_in_pauses():
    with (
        Relay(offers=("AUTH CRAM-MD5",)) as relay,
        pytest.raises(ProviderMisconfigured, match="AUTH PLAIN or LOGIN"),
    ):
        greet(relay, user="anna:secret@")

    assert relay.lines == ["EHLO localhost"]


def test_words_slipped_in_behind_starttls_are_not_believed():
    """CVE-2011-0411: what came in clear text may not count once there is TLS."""
    with (
        Relay(
            lambda line: "220 Go\r\n250 slipped in" if line == "STARTTLS" else None,
            offers=("STARTTLS",),
        ) as relay,
        pytest.raises(ProviderBusy, match="clear text after STARTTLS"),
    ):
        greet(relay, tls="starttls")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("554 5.7.1 Listed", ProviderMisconfigured),
        ("421 Too many connections", ProviderBusy),
        (HANG_UP, ProviderBusy),
    ],
)
def test_a_relay_that_lets_nobody_in_says_so(answer, error):
    with (
        Relay(
            lambda line: (
                answer if line[1:] == "HLO localhost" or line[:4] == "HELO" else None
            )
        ) as relay,
        pytest.raises(error, match=r"127\.0\.0\.1"),
    ):
        greet(relay)
