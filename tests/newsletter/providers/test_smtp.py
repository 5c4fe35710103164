"""SMTP to a server that refuses, stalls, hangs up and lies about its name."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from newsletter.providers.base import ProviderBusy, ProviderMisconfigured
from newsletter.providers.smtp import SmtpProvider, open_smtp
from newsletter.providers.smtp.address import Tls, read_relay
from newsletter.providers.smtp.connection import Patience
from newsletter.providers.smtp.verp import Verp
from newsletter.settings import Settings, read_settings
from tests.newsletter.providers.certificates import make_certificate
from tests.newsletter.providers.letters import (
    ANNA,
    BEN,
    CLEO,
    Journal,
    chunk,
    crowd,
    never,
)
from tests.stand_ins.smtp import (
    Misbehaviour,
    SmtpStandIn,
    for_address,
    for_everyone,
)

HASTY = Patience(connect=2, command=2, dot=0.3)


def settings_for(url: str, **environment: str) -> Settings:
    return read_settings(
        {
            "BUURTPOST_PROVIDER": "smtp",
            "BUURTPOST_SECRET_KEY": "a key for tests",
            "BUURTPOST_SMTP_URL": url,
            **environment,
        }
    )


def open_to(server: SmtpStandIn, **environment: str) -> SmtpProvider:
    return open_smtp(settings_for(server.url, **environment), patience=HASTY)


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.mark.parametrize("verb", ["at_mail", "at_rcpt", "at_data"])
def test_a_temporary_no_is_later_and_harms_nobody_else(journal, verb):
    # MAIL does not know the recipient yet; the return address names the delivery.
    about = "bounce+12-2-" if verb == "at_mail" else BEN
    rules = Misbehaviour(**{verb: for_address(about, "451 4.7.1 Greylisted")})
    with SmtpStandIn(rules, connections=1) as server:
        provider = open_to(server)
        provider.send(chunk(), marks=journal, until=never)
        provider.close()

    assert journal.outcome == {0: "accepted", 1: "later", 2: "accepted"}
    assert journal.words[1] == "451 4.7.1 Greylisted"
    assert server.addressees() == {ANNA: 1, CLEO: 1}


@pytest.mark.parametrize("verb", ["at_rcpt", "at_data"])
def test_a_lasting_no_is_refused_in_the_servers_words_without_the_address(
    journal, verb
):
    words = f"550 5.1.1 <{BEN}>: Recipient address rejected"
    with SmtpStandIn(Misbehaviour(**{verb: for_address(BEN, words)})) as server:
        provider = open_to(server)
        provider.send(chunk(), marks=journal, until=never)
        provider.close()

    assert journal.outcome == {0: "accepted", 1: "refused", 2: "accepted"}
    assert journal.words[1] == "550 5.1.1 <address>: Recipient address rejected"


def test_a_sender_the_server_does_not_want_pauses_and_refuses_no_reader(journal):
    rules = Misbehaviour(at_mail=for_everyone("553 5.7.1 Sender not owned by user"))
    with SmtpStandIn(rules) as server:
        provider = open_to(server)
        with pytest.raises(ProviderMisconfigured, match="Sender not owned by user"):
            provider.send(chunk(), marks=journal, until=never)

    assert journal.outcome == {}


@pytest.mark.parametrize("reply", ["530 5.7.0 Authentication required"])
def test_a_server_that_wants_a_password_pauses(journal, reply):
    with SmtpStandIn(Misbehaviour(at_rcpt=for_everyone(reply))) as server:
        provider = open_to(server)
        with pytest.raises(ProviderMisconfigured, match="refuses the user or password"):
            provider.send(chunk(), marks=journal, until=never)

    assert journal.outcome == {}


def test_a_wrong_password_pauses_before_anyone_is_handed_over(journal):
    with SmtpStandIn(user=("anna", "right")) as server:
        wrong = server.url.replace("right", "wrong")
        provider = open_smtp(settings_for(wrong), patience=HASTY)
        with pytest.raises(
            ProviderMisconfigured, match="Correct them in BUURTPOST_SMTP"
        ):
            provider.send(chunk(), marks=journal, until=never)

    assert journal.outcome == {}


def test_a_user_and_password_with_odd_signs_open_the_door(journal):
    with SmtpStandIn(user=("anna@example.nl", "p:w/d? &")) as server:
        url = (
            f"smtp://anna%40example.nl:p%3Aw%2Fd%3F%20%26@127.0.0.1:{server.port}"
            "?tls=none&connections=1"
        )
        provider = open_smtp(settings_for(url), patience=HASTY)
        provider.send(chunk(), marks=journal, until=never)
        provider.close()

    assert journal.outcome == dict.fromkeys(range(3), "accepted")


def test_a_server_that_closes_after_some_mails_is_called_again(journal):
    with SmtpStandIn(Misbehaviour(hang_up_after=2), connections=1) as server:
        provider = open_to(server)
        provider.send(crowd(7), marks=journal, until=never)
        provider.close()

    assert journal.outcome == dict.fromkeys(range(7), "accepted")
    assert server.addressees().total() == 7


@pytest.mark.parametrize("verb", ["at_rcpt", "at_data"])
def test_421_about_one_reader_is_later_and_the_next_gets_a_fresh_connection(
    journal, verb
):
    rules = Misbehaviour(**{verb: for_address(BEN, "421 4.3.2 Closing")})
    with SmtpStandIn(rules, connections=1) as server:
        provider = open_to(server)
        provider.send(chunk(), marks=journal, until=never)
        provider.close()

    assert journal.outcome == {0: "accepted", 1: "later", 2: "accepted"}


def test_a_server_that_always_closes_is_busy_and_nobody_is_touched(journal):
    with SmtpStandIn(Misbehaviour(hang_up_after=0)) as server:
        provider = open_to(server)
        with pytest.raises(ProviderBusy, match="hangs up"):
            provider.send(chunk(), marks=journal, until=never)

    assert journal.outcome == {}


def test_a_connection_lost_after_the_dot_leaves_only_that_reader_in_doubt(journal):
    rules = Misbehaviour(take_and_hang_up=lambda address: address == BEN)
    with SmtpStandIn(rules, connections=1) as server:
        provider = open_to(server)
        provider.send(chunk(), marks=journal, until=never)
        provider.close()

    assert journal.outcome == {0: "accepted", 1: "handed over", 2: "accepted"}
    assert server.addressees()[BEN] == 1


def test_an_answer_that_comes_too_late_is_doubt_not_a_second_mail(journal):
    with SmtpStandIn(Misbehaviour(answer_seconds=1), connections=1) as server:
        provider = open_to(server)
        provider.send(chunk([ANNA]), marks=journal, until=never)
        provider.close()

    assert journal.outcome == {0: "handed over"}
    assert server.addressees() == {ANNA: 1}


def test_a_connection_lost_before_the_dot_is_later(journal):
    with server_that_hangs_up_at(b"RCPT") as url:
        provider = open_smtp(settings_for(url), patience=HASTY)
        provider.send(chunk([ANNA]), marks=journal, until=never)
        provider.close()

    assert journal.outcome == {0: "later"}


@contextmanager
def server_that_hangs_up_at(verb: bytes) -> Iterator[str]:
    """Speaks just enough SMTP to be believed, once."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as lines:
            lines.write(b"220 stand-in\r\n")
            lines.flush()
            while not (line := lines.readline()).startswith(verb) and line:
                lines.write(b"250 OK\r\n")
                lines.flush()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}?tls=none"
        thread.join()


def test_told_to_stop_before_the_dot_nothing_is_sent_or_marked(journal):
    asked: list[bool] = []

    def stop_at_the_dot() -> bool:
        asked.append(True)
        return len(asked) > 1

    with SmtpStandIn(connections=1) as server:
        provider = open_to(server)
        provider.send(chunk([ANNA]), marks=journal, until=stop_at_the_dot)
        provider.close()

    assert len(asked) > 1
    assert journal.outcome == {}
    assert server.addressees() == {}


@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid"])
def test_a_server_that_is_not_there_is_busy_and_nobody_is_touched(journal, host):
    provider = open_smtp(settings_for(f"smtp://{host}?tls=none"), patience=HASTY)

    with pytest.raises(ProviderBusy, match="cannot be reached") as busy:
        provider.send(chunk(), marks=journal, until=never)

    assert busy.value.seconds > 0
    assert journal.outcome == {}


def test_a_journal_that_cannot_be_written_stops_every_connection():
    class FullDisk(Journal):
        def handed_over(self, place: int) -> None:
            raise OSError(28, "No space left on device")

    with SmtpStandIn() as server:
        provider = open_to(server)
        with pytest.raises(OSError, match="No space left"):
            provider.send(chunk(), marks=FullDisk(), until=never)
        provider.close()

    assert server.addressees() == {}


def test_bounces_return_to_a_signed_address_of_the_delivery(journal):
    with SmtpStandIn() as server:
        provider = open_to(server, BUURTPOST_BOUNCE_DOMAIN="bounces.example.nl")
        provider.send(chunk([ANNA]), marks=journal, until=never)
        provider.close()

    (mail,) = server.accepted
    local, _, domain = mail.sender.partition("@")
    assert domain == "bounces.example.nl"
    assert local.startswith("bounce+12-1-")
    assert len(local) <= 64
    assert local == local.lower()


def test_a_return_address_stays_what_it_was_when_the_mail_left():
    """A bounce may come back years later, to whatever version runs then."""
    address = Verp(b"k").address("12-345", domain="bounces.example.nl")

    assert address == "bounce+12-345-venj45pk2km3lrzb@bounces.example.nl"


def test_without_a_bounce_domain_bounces_return_to_that_of_from(journal):
    with SmtpStandIn() as server:
        provider = open_to(server)
        provider.send(chunk([ANNA]), marks=journal, until=never)
        provider.close()

    assert server.accepted[0].sender.endswith("@post.example.nl")


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "smtps"])
def test_mail_goes_over_tls_to_a_server_whose_certificate_is_trusted(
    journal, tmp_path, implicit
):
    certificate = make_certificate(tmp_path)
    with SmtpStandIn(
        certificate=certificate, implicit_tls=implicit, user=("anna", "secret")
    ) as server:
        provider = open_to(server)
        provider.send(chunk(), marks=journal, until=never)
        provider.close()

    assert journal.outcome == dict.fromkeys(range(3), "accepted")


@pytest.mark.parametrize("implicit", [False, True], ids=["starttls", "smtps"])
def test_a_certificate_nobody_vouches_for_pauses(journal, tmp_path, implicit):
    with SmtpStandIn(
        certificate=make_certificate(tmp_path), implicit_tls=implicit
    ) as server:
        url = server.url.partition("&ca=")[0]
        provider = open_smtp(settings_for(url), patience=HASTY)
        with pytest.raises(
            ProviderMisconfigured, match=r"certificate .* is not trusted"
        ):
            provider.send(chunk(), marks=journal, until=never)

    assert journal.outcome == {}


def test_a_certificate_for_another_host_pauses(journal, tmp_path):
    certificate = make_certificate(tmp_path, host="127.0.0.9")
    with SmtpStandIn(certificate=certificate) as server:
        provider = open_to(server)
        with pytest.raises(ProviderMisconfigured, match="is not trusted"):
            provider.send(chunk(), marks=journal, until=never)


def test_a_server_without_starttls_gets_no_mail_in_clear_text(journal):
    with SmtpStandIn() as server:
        url = server.url.replace("&tls=none", "")
        provider = open_smtp(settings_for(url), patience=HASTY)
        with pytest.raises(ProviderMisconfigured, match="does not offer"):
            provider.send(chunk(), marks=journal, until=never)

    assert journal.outcome == {}
    assert server.addressees() == {}


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "connections"),
    [
        ("smtp://mail.example.nl", "mail.example.nl", 587, Tls.STARTTLS, 8),
        ("smtps://mail.example.nl", "mail.example.nl", 465, Tls.IMPLICIT, 8),
        ("smtp://localhost:25?tls=none", "localhost", 25, Tls.NONE, 8),
        ("smtp://u:p@127.0.0.1:25?tls=none", "127.0.0.1", 25, Tls.NONE, 8),
        ("smtp://u:p@[::1]:25?tls=none&connections=2", "::1", 25, Tls.NONE, 2),
        ("smtp://u:p@h.nl?tls=starttls&connections=1", "h.nl", 587, Tls.STARTTLS, 1),
    ],
)
def test_a_relay_is_read_from_its_url(url, host, port, tls, connections):
    relay = read_relay({"BUURTPOST_SMTP_URL": url})

    assert (relay.host, relay.port, relay.tls) == (host, port, tls)
    assert relay.connections == connections


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "is not set"),
        ("mail.example.nl:587", "must begin with smtp:// or smtps://"),
        ("http://mail.example.nl", "must begin with smtp:// or smtps://"),
        ("smtp://", "must begin with smtp:// or smtps://"),
        ("smtp://h.nl:99999", "port"),
        ("smtp://h.nl?tls=maybe", "tls=maybe"),
        ("smtps://h.nl?tls=none", "beside smtps://"),
        ("smtp://u:secret@h.nl?tls=none", "password in clear text"),
        ("smtp://u:s%C3%A9cret@h.nl", "outside ASCII"),
        ("smtp://h.nl?connections=0", "connections=0"),
        ("smtp://h.nl?connections=many", "connections=many"),
        ("smtp://h.nl?verify=no", "unknown 'verify'"),
        ("smtp://h.nl?ca=/no/such/file", "which is not there"),
    ],
)
def test_a_wrong_url_is_one_sentence_without_the_password(url, says):
    with pytest.raises(ProviderMisconfigured) as wrong:
        read_relay({"BUURTPOST_SMTP_URL": url})

    assert says in str(wrong.value)
    assert "BUURTPOST_SMTP_URL" in str(wrong.value)
    assert "secret" not in str(wrong.value)


def test_a_relay_never_shows_its_password():
    relay = read_relay({"BUURTPOST_SMTP_URL": "smtp://u:hush@h.nl"})

    assert "hush" not in f"{relay} {relay!r}"


def test_a_wrong_bounce_domain_is_one_sentence():
    with pytest.raises(ProviderMisconfigured, match="BUURTPOST_BOUNCE_DOMAIN"):
        open_smtp(settings_for("smtp://h.nl", BUURTPOST_BOUNCE_DOMAIN="no domain"))


def test_what_sends_loads_no_database_no_pages_and_no_other_provider():
    heavy = ("sqlalchemy", "jinja2", "babel", "flask", "mjml", "sendgrid", "httpcore")
    say = (
        f"import sys, newsletter.providers.smtp; print([*sys.modules.keys() & {heavy}])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", say], capture_output=True, text=True, check=True
    )

    assert loaded.stdout == "[]\n"
