"""How long a visitor waits while a mailing runs: signing up, and the reader's own page.

An open loop: requests leave at fixed moments whether or not earlier ones were answered,
and each is timed from the moment it was due, so that a server that stands still is not
asked less. The mailing is a real worker's, to a local sink, and so large that it lasts:
of a smaller one the next is started, and who signs up during its freeze waits.
"""

import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from benchmarks.measure import Measure
from benchmarks.sending import MESSAGE, relay, written
from benchmarks.sinks import sink
from benchmarks.village import Frozen, Village
from newsletter.dispatch.models import Delivery, Mailing
from newsletter.dispatch.states import MailingState
from newsletter.settings import Settings
from subscribers.models import MailingList, Subscriber
from subscribers.tokens import Purpose, Signer

A_SECOND = 20
SECONDS, UNLOADED_SECONDS = 60, 20
AT_MOST = 10.0  # times the unloaded median, for the slowest of a hundred
WAITING = 100  # requests under way at a time
PAIRS = 200  # sign-ups of a known and of an unknown address, in turns

Request = Callable[[HTTPConnection], None]  # raises AssertionError for a wrong answer


@dataclass(frozen=True)
class Answer:
    kind: str
    seconds: float  # since it was due
    problem: str = ""


class Visitors:
    """Sign-ups and own pages in turns, each from a machine of its own."""

    def __init__(self, port: int, tokens: Sequence[str], list_slug: str) -> None:
        self._port = port
        self._tokens = tokens
        self._list = list_slug
        self._number = count(1)

    def come(self, seconds: float) -> list[Answer]:
        """So many a second, for so long; waits for the last answer."""
        began = time.perf_counter() + 0.1
        with ThreadPoolExecutor(WAITING) as waiting:
            asked = []
            for number in range(int(seconds * A_SECOND)):
                due = began + number / A_SECOND
                time.sleep(max(0.0, due - time.perf_counter()))
                asked.append(waiting.submit(self._visit, number, due))
            return [one.result() for one in asked]

    def sign_up(self, address: str) -> float:
        """Seconds of one sign-up, with nothing else going on."""
        began = time.perf_counter()
        self._ask(self._subscribe(address))
        return time.perf_counter() - began

    def new_address(self) -> str:
        return f"bezoeker{next(self._number)}@visiting.example"

    def _visit(self, number: int, due: float) -> Answer:
        if number % 2:
            kind, request = "subscribe POST", self._subscribe(self.new_address())
        else:
            kind = "preference page"
            request = self._page(self._tokens[number % len(self._tokens)])
        try:
            self._ask(request)
        except (OSError, HTTPException, AssertionError) as error:
            return Answer(kind, time.perf_counter() - due, repr(error))
        return Answer(kind, time.perf_counter() - due)

    def _ask(self, request: Request) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            request(connection)
        finally:
            connection.close()

    def _subscribe(self, address: str) -> Request:
        fields = {"email": address, "list": self._list, "region": "Deventer"}
        number = next(self._number)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}."
            f"{number & 255}",
        }

        def request(connection: HTTPConnection) -> None:
            connection.request("POST", "/subscribe", urlencode(fields), headers)
            _check(connection, b"mailbox")

        return request

    def _page(self, token: str) -> Request:
        def request(connection: HTTPConnection) -> None:
            connection.request("GET", f"/preferences/{token}")
            _check(connection, b'name="pause"')

        return request


def _check(connection: HTTPConnection, words: bytes) -> None:
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, f"status {answer.status}"
    assert words in body, "another page"


def measure(village: Village) -> Iterator[Measure]:
    """Both pages without and with a mailing; a known and an unknown address."""
    with sink("smtp") as port:
        settings = relay(village, port)
        frozen = village.freeze(
            settings, html=written(MESSAGE.html), text=written(MESSAGE.text)
        )
        with _serving(settings) as web:
            visitors = Visitors(web, _tokens(frozen, settings), _list_slug(village))
            visitors.come(5)  # whatever is loaded at the first request
            alone = visitors.come(UNLOADED_SECONDS)
            known, unknown = _by_turns(visitors, village)
            with _mailing(village, settings) as mailed:
                loaded = visitors.come(SECONDS)
        mails = mailed()
        frozen.forget()
    problems = [one.problem for one in (*alone, *loaded) if one.problem]
    for kind in ("subscribe POST", "preference page"):
        median = statistics.median(_times(alone, kind))
        taken = sorted(_times(loaded, kind))
        yield Measure(
            name=f"{kind}, {village.name}",
            value=taken[int(len(taken) * 0.99)] * 1e3,
            unit="ms, p99",
            reference="the median with no mailing",
            reference_value=median * 1e3,
            note=f"at most {AT_MOST:.0f}; {A_SECOND}/s for {SECONDS} s beside "
            f"{mails:,} mails; median {statistics.median(taken) * 1e3:.1f} ms, "
            f"longest {taken[-1] * 1e3:.0f} ms; "
            f"errors: {len(problems)} {' '.join(sorted(set(problems))[:1])}".rstrip(),
        )
    yield Measure(
        name=f"sign-up, known, {village.name}",
        value=statistics.median(known) * 1e3,
        unit="ms",
        reference="an unknown address",
        reference_value=statistics.median(unknown) * 1e3,
        note=f"medians of {PAIRS} in turns: the answer must not tell",
    )


def _times(answers: Sequence[Answer], kind: str) -> list[float]:
    return [one.seconds for one in answers if one.kind == kind]


def _by_turns(visitors: Visitors, village: Village) -> tuple[list[float], list[float]]:
    with village.database.read() as session:
        addresses = session.scalars(
            select(Subscriber.address).order_by(Subscriber.id).limit(PAIRS)
        ).all()
    known, unknown = [], []
    for address in addresses:
        known.append(visitors.sign_up(address))
        unknown.append(visitors.sign_up(visitors.new_address()))
    return known, unknown


def _tokens(frozen: Frozen, settings: Settings) -> list[str]:
    signer = Signer(settings.signing_keys())
    with frozen.village.database.read() as session:
        seqs = session.scalars(
            select(Delivery.seq)
            .where(Delivery.mailing_id == frozen.mailing, Delivery.state.is_not(None))
            .order_by(Delivery.seq)
            .limit(5000)
        ).all()
    return [signer.sign(Purpose.PREFERENCES, frozen.mailing, seq) for seq in seqs[::7]]


def _list_slug(village: Village) -> str:
    with village.database.read() as session:
        return session.scalars(select(MailingList.slug)).one()


@contextmanager
def _mailing(village: Village, settings: Settings) -> Iterator[Callable[[], int]]:
    """A worker that mails all the while; afterwards how many it handed over."""
    over = threading.Event()
    started: list[int] = []

    def keep_going() -> None:
        while not over.is_set():
            if not started or _is_sent(village, started[-1]):
                started.append(village.start())
            over.wait(0.2)

    starting = threading.Thread(target=keep_going)
    with _running(settings, "worker"):
        starting.start()
        while not started or village.accepted(started[0]) == 0:
            time.sleep(0.2)
        begun = village.accepted(started[0])
        mails = [0]
        try:
            yield lambda: mails[0]
        finally:
            over.set()
            starting.join()
            mails[0] = sum(map(village.accepted, started)) - begun


def _is_sent(village: Village, mailing: int) -> bool:
    with village.database.read() as session:
        return session.get_one(Mailing, mailing).state is MailingState.SENT


@contextmanager
def _serving(settings: Settings) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    with _running(settings, "serve", "--no-worker", "--port", str(port)):
        for _ in range(300):
            time.sleep(0.1)
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                continue
        yield port


@contextmanager
def _running(settings: Settings, *words: str) -> Iterator[None]:
    command = [str(Path(sys.executable).parent / "buurtpost"), *words]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        **settings.environment,
        # So that each visitor comes from a machine of their own.
        "BUURTPOST_TRUSTED_PROXIES": "1",
    }
    running = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        running.terminate()
        running.wait()
