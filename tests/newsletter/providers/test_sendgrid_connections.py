"""Several connections to SendGrid: kept, shared by none, and of one mind."""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from newsletter.providers.base import (
    ProviderBusy,
    ProviderLimit,
    ProviderMisconfigured,
)
from newsletter.providers.sendgrid import line
from newsletter.providers.sendgrid.errand import MOST_IN_VAIN
from newsletter.providers.sendgrid.options import Options
from newsletter.providers.sendgrid.provider import SendGridProvider
from tests.newsletter.providers.certificates import make_certificate
from tests.newsletter.providers.letters import (
    ANNA,
    Journal,
    chunk,
    crowd,
    never,
)
from tests.stand_ins.sendgrid import Body, Reply, Rule, SendGridStandIn

Opener = Callable[..., SendGridProvider]
SENT = dict.fromkeys(range(3), "accepted")


@pytest.fixture
def open_to() -> Iterator[Opener]:
    """Opens providers, and closes them when the test is over."""
    opened: list[SendGridProvider] = []

    def open_to(
        server: SendGridStandIn, *, connections: int = 4, timeout: float = 10
    ) -> SendGridProvider:
        options = Options((server.key,), server.url, connections)
        opened.append(SendGridProvider(options, chunk_size=1000, timeout=timeout))
        return opened[-1]

    yield open_to
    for provider in opened:
        provider.close()


def send(provider: SendGridProvider) -> dict[int, str]:
    journal = Journal()
    provider.send(chunk(), marks=journal, until=never)
    return journal.outcome


def always(reply: Reply) -> Rule:
    return lambda _number, _body: reply


def first(reply: Reply) -> Rule:
    return lambda number, _body: reply if number == 1 else None


def until_true(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within ten seconds"
        time.sleep(0.005)


def test_a_connection_is_kept_from_chunk_to_chunk(open_to):
    with SendGridStandIn() as server:
        provider = open_to(server)
        outcomes = [send(provider) for _ in range(5)]
        provider.close()

    assert outcomes == [SENT] * 5
    assert server.connections == 1


def test_the_library_carries_each_request(open_to):
    with SendGridStandIn() as server:
        send(open_to(server))

    (agent,) = server.agents
    assert agent.startswith("sendgrid/")


def test_as_many_requests_are_under_way_as_there_are_connections(open_to):
    together = threading.Barrier(4, timeout=10)

    def rule(_number: int, _body: Body) -> None:
        together.wait()

    with SendGridStandIn(rule) as server:
        provider = open_to(server, connections=4)
        with ThreadPoolExecutor(4) as threads:
            outcomes = list(threads.map(lambda _: send(provider), range(8)))

    assert provider.at_once == 4
    assert outcomes == [SENT] * 8
    assert server.connections == 4


def test_one_connection_is_never_used_by_two(open_to):
    busy = threading.Lock()

    def rule(_number: int, _body: Body) -> None:
        assert busy.acquire(blocking=False)
        time.sleep(0.01)
        busy.release()

    with SendGridStandIn(rule) as server:
        provider = open_to(server, connections=1)
        with ThreadPoolExecutor(3) as threads:
            outcomes = list(threads.map(lambda _: send(provider), range(6)))

    assert outcomes == [SENT] * 6


def test_a_line_that_was_hung_up_is_noticed_before_anybody_is_handed_over(open_to):
    with SendGridStandIn(always(Reply(202, after_taking=True, hang_up=True))) as server:
        provider = open_to(server)
        outcomes = []
        for _ in range(3):
            outcomes.append(send(provider))
            time.sleep(0.1)

    assert outcomes == [SENT] * 3
    assert server.connections == 3


def test_a_line_that_has_rested_for_long_is_not_trusted(open_to, monkeypatch):
    monkeypatch.setattr(line, "KEPT_SECONDS", -1.0)
    with SendGridStandIn() as server:
        provider = open_to(server)
        assert [send(provider), send(provider)] == [SENT, SENT]

    assert server.connections == 2


def test_a_limit_that_one_hears_all_obey_until_it_ends(open_to):
    reset = int(time.time()) + 4
    slow = Reply(429, "Too many", headers=(("X-RateLimit-Reset", str(reset)),))
    with SendGridStandIn(first(slow)) as server:
        provider = open_to(server)
        for _ in range(3):
            with pytest.raises(ProviderBusy, match="asks us to wait") as busy:
                send(provider)
            assert abs(time.time() + busy.value.seconds - reset) < 1
        asked = len(server.requests)
        time.sleep(max(0.0, reset - time.time()))
        outcome = send(provider)

    assert asked == 1
    assert outcome == SENT


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(401, "The key is not valid."), ProviderMisconfigured),
        (Reply(401, "Maximum credits exceeded"), ProviderLimit),
        (Reply(503, "Oops."), ProviderBusy),
        (Reply(0), ProviderBusy),
    ],
)
def test_trouble_of_one_keeps_all_from_beginning_a_request(open_to, reply, error):
    with SendGridStandIn(always(reply)) as server:
        provider = open_to(server)
        for _ in range(3):
            with pytest.raises(error):
                send(provider)

    assert len(server.requests) == 1


def test_a_mail_that_is_not_taken_says_nothing_of_another(open_to):
    with SendGridStandIn(first(Reply(400, "No such sender.", "from"))) as server:
        provider = open_to(server)
        with pytest.raises(ProviderMisconfigured):
            send(provider)

        assert send(provider) == SENT


def test_who_waits_for_the_second_half_hears_of_the_limit_too(open_to):
    """One thread has cut its chunk in two; between the halves another hears 429."""
    limited = threading.Event()

    def rule(_number: int, body: Body) -> Reply | None:
        size = len(body["personalizations"])
        if size == 3:
            limited.set()
            return Reply(429, headers=(("Retry-After", "30"),))
        if size == 20:
            assert limited.wait(10)
            time.sleep(0.1)
            return None
        return Reply(413)

    with SendGridStandIn(rule) as server, ThreadPoolExecutor(2) as threads:
        provider = open_to(server)
        journal = Journal()
        cut = threads.submit(provider.send, crowd(40), marks=journal, until=never)
        until_true(lambda: len(server.requests) == 2)
        with pytest.raises(ProviderBusy):
            send(provider)
        with pytest.raises(ProviderBusy):
            cut.result(10)

    assert journal.outcome == dict.fromkeys(range(20), "accepted")
    assert len(server.requests) == 3


def test_at_most_one_request_a_connection_is_left_in_doubt(open_to):
    journals = [Journal() for _ in range(20)]

    with SendGridStandIn(always(Reply(0, after_taking=True, seconds=0.1))) as server:
        provider = open_to(server, connections=4)

        def hand_over(journal: Journal) -> None:
            with pytest.raises(ProviderBusy):
                provider.send(crowd(5), marks=journal, until=never)

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(hand_over, journals))

    in_doubt = [journal for journal in journals if journal.outcome]
    assert 1 <= len(in_doubt) <= 4
    assert len(server.requests) == len(in_doubt)
    assert server.addressees().total() == 5 * len(in_doubt)


def test_closing_does_not_wait_for_an_answer(open_to):
    waiting, go_on = threading.Event(), threading.Event()

    def rule(number: int, _body: Body) -> None:
        if number == 1:
            waiting.set()
            assert go_on.wait(10)

    with SendGridStandIn(rule) as server, ThreadPoolExecutor(1) as threads:
        provider = open_to(server, connections=1)
        journal = Journal()
        sent: Future[None] = threads.submit(
            provider.send, chunk(), marks=journal, until=never
        )
        assert waiting.wait(10)
        provider.close()
        sent.result(5)  # as if told to stop: nothing is raised
        go_on.set()

        assert journal.outcome == dict.fromkeys(range(3), "handed over")
        assert send(provider) == SENT


def test_a_request_nobody_can_be_left_out_of_pauses_the_mailing(open_to):
    """400 without a field, whoever is in it: no list is refused one by one."""
    with SendGridStandIn(always(Reply(400, "Bad Request"))) as server:
        journal = Journal()
        with pytest.raises(ProviderMisconfigured, match="Bad Request"):
            open_to(server).send(crowd(500), marks=journal, until=never)

    assert len(server.requests) == MOST_IN_VAIN + 1
    assert len(journal.outcome) < MOST_IN_VAIN


def test_a_mail_is_not_even_logged_by_who_asks_for_everything(open_to, caplog):
    with SendGridStandIn() as server:
        provider = open_to(server)
        caplog.set_level(logging.DEBUG, logger="python_http_client")
        send(provider)

    assert "PAYLOAD" in caplog.text
    assert ANNA not in caplog.text


def test_a_certificate_is_checked_before_a_byte_of_the_mail_leaves(
    open_to, tmp_path, monkeypatch
):
    certificate = make_certificate(tmp_path)
    with SendGridStandIn(certificate=certificate) as server:
        with pytest.raises(ProviderBusy, match="certificate verify failed"):
            send(open_to(server))
        trust(certificate[0], monkeypatch)
        provider = open_to(server)

        assert [send(provider), send(provider)] == [SENT, SENT]

    assert len(server.requests) == 2


def test_closing_does_not_wait_for_an_answer_in_cipher(open_to, tmp_path, monkeypatch):
    certificate = make_certificate(tmp_path)
    trust(certificate[0], monkeypatch)
    go_on = threading.Event()

    def rule(number: int, _body: Body) -> None:
        assert number > 1 or go_on.wait(10)

    with (
        SendGridStandIn(rule, certificate=certificate) as server,
        ThreadPoolExecutor(1) as threads,
    ):
        provider = open_to(server, connections=1)
        sent = threads.submit(send, provider)
        until_true(lambda: len(server.requests) == 1)
        provider.close()

        assert sent.result(5) == dict.fromkeys(range(3), "handed over")
        go_on.set()
        assert send(provider) == SENT


def trust(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    line.trusting.cache_clear()


@pytest.fixture(autouse=True)
def _trust_as_usual() -> Iterator[None]:
    yield
    line.trusting.cache_clear()


class Proxy:
    """Answers one CONNECT, then carries bytes both ways."""

    def __init__(self) -> None:
        self.asked = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        here, _ = self._listener.accept()
        while b"\r\n\r\n" not in self.asked:
            self.asked += here.recv(1000)
        host, _, port = self.asked.split(b" ")[1].decode().partition(":")
        there = socket.create_connection((host, int(port)))
        here.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_carry, args=(there, here))
        back.start()
        _carry(here, there)
        back.join()
        here.close()
        there.close()

    def close(self) -> None:
        self._thread.join()
        self._listener.close()


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other end is gone
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_the_proxy_of_the_environment_is_used(open_to, tmp_path, monkeypatch):
    certificate = make_certificate(tmp_path)
    trust(certificate[0], monkeypatch)
    proxy = Proxy()
    monkeypatch.setenv("https_proxy", f"http://us%40er:secret@127.0.0.1:{proxy.port}")
    monkeypatch.setenv("no_proxy", "")
    with SendGridStandIn(certificate=certificate) as server:
        provider = open_to(server)
        outcome = send(provider)
        provider.close()
        proxy.close()

    assert outcome == SENT
    assert proxy.asked.startswith(b"CONNECT 127.0.0.1:")
    assert b"\r\nProxy-Authorization: Basic dXNAZXI6c2VjcmV0\r\n" in proxy.asked
