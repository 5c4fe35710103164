"""What every provider promises, run over all of them.

A new provider adds one ``_Ground`` to GROUNDS: how to open it and what arrived.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from newsletter.providers import PROVIDERS, open_provider
from newsletter.providers.base import Provider, Stop
from newsletter.settings import read_settings
from tests.newsletter.providers.letters import (
    ANNA,
    BEN,
    CLEO,
    HOSTILE_NAMES,
    After,
    Journal,
    chunk,
    crowd,
    message,
    never,
    recipient,
)
from tests.stand_ins.sendgrid import SendGridStandIn
from tests.stand_ins.smtp import SmtpStandIn


@dataclass
class Letter:
    """What a reader finds, whoever carried it."""

    delivery: str
    subject: str
    text: str
    html: str
    leave: str
    one_click: str


@dataclass
class _Ground:
    """A provider and the far side of it."""

    provider: Provider
    arrived: Callable[[], Counter[str]]
    letters: Callable[[], dict[str, Letter]]


def _open(home: Path, provider: str, **environment: str) -> Provider:
    settings = read_settings(
        {
            "BUURTPOST_HOME": str(home),
            "BUURTPOST_PROVIDER": provider,
            "BUURTPOST_SECRET_KEY": "a key for tests",
            **environment,
        }
    )
    return open_provider(settings)


@contextmanager
def _outbox(home: Path) -> Iterator[_Ground]:
    def mails() -> list[bytes]:
        return [file.read_bytes() for file in home.glob("outbox/42/*.eml")]

    yield _Ground(
        _open(home, "outbox"),
        lambda: Counter(
            str(_read(mail)["To"].addresses[0].addr_spec) for mail in mails()
        ),
        lambda: dict(_letter(mail) for mail in mails()),
    )


@contextmanager
def _smtp(home: Path) -> Iterator[_Ground]:
    with SmtpStandIn() as server:
        yield _Ground(
            _open(home, "smtp", BUURTPOST_SMTP_URL=server.url),
            server.addressees,
            lambda: dict(_letter(one.mail) for one in server.accepted),
        )


@contextmanager
def _sendgrid(home: Path) -> Iterator[_Ground]:
    with SendGridStandIn() as server:
        yield _Ground(
            _open(
                home, "sendgrid", SENDGRID_HOST=server.url, SENDGRID_API_KEY=server.key
            ),
            server.addressees,
            lambda: {
                mail.address: Letter(
                    mail.delivery,
                    mail.subject,
                    mail.text,
                    mail.html,
                    mail.headers.get("List-Unsubscribe", ""),
                    mail.headers.get("List-Unsubscribe-Post", ""),
                )
                for mail in server.mails
            },
        )


def _read(mail: bytes) -> EmailMessage:
    parsed = message_from_bytes(mail, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _letter(raw: bytes) -> tuple[str, Letter]:
    mail = _read(raw)
    text, html = (
        part.get_content().replace("\r\n", "\n") for part in mail.iter_parts()
    )
    return mail["To"].addresses[0].addr_spec, Letter(
        delivery=mail["Message-ID"].lstrip("<").partition(".")[0],
        subject=mail["Subject"],
        text=text,
        html=html,
        leave=mail["List-Unsubscribe"] or "",
        one_click=mail["List-Unsubscribe-Post"] or "",
    )


GROUNDS = {"outbox": _outbox, "smtp": _smtp, "sendgrid": _sendgrid}


@pytest.fixture(params=sorted(PROVIDERS))
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[_Ground]:
    with GROUNDS[request.param](tmp_path) as ground:
        yield ground
        ground.provider.close()


@pytest.fixture
def journal() -> Journal:
    return Journal()


def test_every_provider_stands_on_a_ground():
    assert set(GROUNDS) == set(PROVIDERS)


def test_a_provider_has_the_name_it_is_listed_under(ground, request):
    assert ground.provider.name == request.node.callspec.params["ground"]


def test_every_recipient_is_marked_and_gets_one_mail(ground, journal):
    ground.provider.send(crowd(23), marks=journal, until=never)

    assert journal.outcome == dict.fromkeys(range(23), "accepted")
    assert ground.arrived() == {f"reader{number}@example.nl": 1 for number in range(23)}


def test_each_gets_the_mail_made_for_them(ground, journal):
    letter = chunk()

    ground.provider.send(letter, marks=journal, until=never)

    arrived = ground.letters()
    for person in letter.recipients:
        name = person.name or "lezer"
        got = arrived[person.address]
        assert got.delivery == person.delivery
        assert got.subject == f"Buurtwijs 42: thuis in de wijk, {name}"
        assert got.text == message().text.fill(person.values)
        assert got.html == message().html.fill(person.values)
        assert got.leave == f"<{person.one_click_url}>"
        assert got.one_click == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_arrives_unharmed(ground, journal, name):
    ground.provider.send(
        type(chunk())(message(), (recipient(ANNA, name=name),)),
        marks=journal,
        until=never,
    )

    letter = ground.letters()[ANNA]
    assert letter.text.startswith(f"Dag {name},\n")
    assert letter.subject.endswith(name)
    assert letter.leave == f"<{recipient(ANNA, name=name).one_click_url}>"


def test_nobody_is_handed_over_once_told_to_stop(ground, journal):
    ground.provider.send(crowd(20), marks=journal, until=lambda: True)

    assert journal.outcome == {}
    assert ground.arrived() == {}


def test_told_to_stop_half_way_nothing_is_left_in_doubt(ground, journal):
    size = ground.provider.chunk_size

    ground.provider.send(crowd(20), marks=journal, until=After(journal, accepted=5))

    assert set(journal.outcome.values()) == {"accepted"}
    assert len(journal.outcome) < 20 or size >= 20
    assert ground.arrived().total() == len(journal.outcome)


@pytest.mark.parametrize(
    "address",
    ["no-address", "zoë@example.nl", "a@b.nl>\r\nRCPT TO:<c@d.nl", "a b@c.nl"],
)
def test_an_address_nobody_can_mail_is_refused_and_harms_nobody(
    ground, journal, address
):
    ground.provider.send(chunk([ANNA, address, CLEO]), marks=journal, until=never)

    assert journal.outcome == {0: "accepted", 1: "refused", 2: "accepted"}
    assert ground.arrived() == {ANNA: 1, CLEO: 1}


def test_one_address_under_two_deliveries_gets_two_mails(ground, journal):
    ground.provider.send(chunk([ANNA, BEN, ANNA]), marks=journal, until=never)

    assert journal.outcome == dict.fromkeys(range(3), "accepted")


def test_a_provider_can_be_used_again_after_it_was_closed(ground):
    for _ in range(2):
        journal = Journal()
        ground.provider.send(chunk(), marks=journal, until=never)
        ground.provider.close()
        assert journal.outcome == dict.fromkeys(range(3), "accepted")


def test_service_mail_has_no_one_click(ground, journal):
    ground.provider.send(
        type(chunk())(message(), (recipient(ANNA, service=True),)),
        marks=journal,
        until=never,
    )

    letter = ground.letters()[ANNA]
    assert (letter.leave, letter.one_click) == ("", "")


CROWDS = 6  # chunks that the threads share
CROWD = 30


def send_at_once(provider: Provider, journals: list[Journal], until: Stop) -> None:
    """A chunk for each journal, from as many threads at a time as it allows."""

    def send(number: int) -> None:
        letters = crowd(CROWD, first=number * CROWD)
        provider.send(letters, marks=journals[number], until=until)
        journals[number].close()

    with ThreadPoolExecutor(min(provider.at_once, CROWDS)) as threads:
        for sent in [threads.submit(send, number) for number in range(len(journals))]:
            sent.result()


def test_as_many_threads_as_it_says_send_at_once_and_everyone_gets_one_mail(ground):
    journals = [Journal() for _ in range(CROWDS)]

    send_at_once(ground.provider, journals, until=never)

    for journal in journals:
        assert journal.outcome == dict.fromkeys(range(CROWD), "accepted")
    everyone = range(CROWDS * CROWD)
    assert ground.arrived() == {f"reader{number}@example.nl": 1 for number in everyone}


def test_stopped_half_way_every_thread_leaves_each_reader_sent_or_untouched(ground):
    journals = [Journal() for _ in range(CROWDS)]

    def enough() -> bool:
        return sum(len(journal.outcome) for journal in journals) >= CROWD * 2

    send_at_once(ground.provider, journals, until=enough)
    ground.provider.close()

    accepted = 0
    for journal in journals:
        assert set(journal.outcome.values()) <= {"accepted"}
        accepted += len(journal.outcome)
        assert journal.late == [], "marked after send() had returned"
    assert ground.arrived().total() == accepted >= CROWD * 2
    assert set(ground.arrived().values()) == {1}


def test_one_told_to_stop_does_not_stop_another(ground):
    stopped, going = Journal(), Journal()
    with ThreadPoolExecutor(min(ground.provider.at_once, 2)) as threads:
        sent = [
            threads.submit(
                ground.provider.send, crowd(CROWD), marks=stopped, until=lambda: True
            ),
            threads.submit(
                ground.provider.send,
                crowd(CROWD, first=CROWD),
                marks=going,
                until=never,
            ),
        ]
        for one in sent:
            one.result()

    assert stopped.outcome == {}
    assert going.outcome == dict.fromkeys(range(CROWD), "accepted")
    assert ground.arrived().total() == CROWD


def test_it_forgets_one_address_and_no_other(ground, journal):
    ground.provider.send(chunk(), marks=journal, until=never)
    before = ground.arrived()

    for _ in range(2):  # asking twice is harmless
        ground.provider.erase(ANNA)

    # What was delivered is its reader's; only the outbox is a file of ours.
    left = before - Counter({ANNA: 1} if ground.provider.name == "outbox" else {})
    assert ground.arrived() == left
