"""Hands chunks over by SMTP: several connections in one event loop, in one thread."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from newsletter.providers.base import Chunk, Marks, Recipient, Stop
from newsletter.providers.message import compile_message, domain_of
from newsletter.providers.smtp.address import (
    Relay,
    is_loopback,
    read_bounce_domain,
    read_relay,
)
from newsletter.providers.smtp.connection import Patience
from newsletter.providers.smtp.crew import Crew
from newsletter.providers.smtp.thread import LoopThread
from newsletter.providers.smtp.verp import Verp
from newsletter.providers.smtp.work import Work, Write
from newsletter.settings import Settings

_GOODBYE_SECONDS = 5.0


def open_smtp(
    settings: Settings, *, patience: Patience | None = None
) -> "SmtpProvider":
    """Raises ProviderMisconfigured with a sentence; connects when it sends."""
    return SmtpProvider(
        read_relay(settings.environment),
        bounce_domain=read_bounce_domain(settings.environment),
        signing_key=settings.signing_keys()[0],
        name=_own_name(settings.base_url),
        patience=patience or Patience(),
    )


class SmtpProvider:
    """Keeps its connections between chunks: a handshake costs more than a mail."""

    name = "smtp"
    chunk_size = 1000
    at_once = 2  # while one chunk is recorded the connections carry the other

    def __init__(
        self,
        relay: Relay,
        *,
        bounce_domain: str | None,
        signing_key: bytes,
        name: str,
        patience: Patience,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._relay = relay
        self._bounce_domain = bounce_domain
        self._verp = Verp(signing_key)
        self._name = name
        self._patience = patience
        self._clock = clock
        self._lock = threading.Lock()  # around the two below
        self._office: _Office | None = None
        self._sending = 0  # threads in send()

    def send(self, chunk: Chunk, *, marks: Marks, until: Stop) -> None:
        work = Work(chunk, marks, until, write=self._writer(chunk))
        with self._lock:
            self._sending += 1
            if self._office is None:
                self._office = _Office(
                    self._relay, name=self._name, patience=self._patience
                )
            self._office.begin(work)
        failed = True
        try:
            work.wait()
            failed = False
        finally:
            with self._lock:
                self._sending -= 1
                last = self._sending == 0
            # Nobody may come back to close a provider that failed.
            if failed and (last or not work.is_done):
                self._let_go(goodbye_seconds=0)

    def erase(self, address: str) -> None:
        """Nothing: a relay keeps its logs by rules of its own, and takes no wishes."""

    def close(self) -> None:
        self._let_go(goodbye_seconds=_GOODBYE_SECONDS)

    def _let_go(self, *, goodbye_seconds: float) -> None:
        with self._lock:
            office, self._office = self._office, None
        if office is not None:
            office.close(goodbye_seconds=goodbye_seconds)

    def _writer(self, chunk: Chunk) -> Write:
        domain = domain_of(chunk.message.from_address)
        compiled = compile_message(chunk.message, domain=domain, for_the_wire=True)
        bounce_domain = self._bounce_domain or domain
        fill, sender_of, date = compiled.fill, self._verp.address, self._clock()

        def write(recipient: Recipient) -> tuple[str, bytes]:
            sender = sender_of(recipient.delivery, domain=bounce_domain)
            return sender, fill(recipient, date=date)

        return write


class _Office:
    """The crew and the thread it works in, for as long as they are needed."""

    def __init__(self, relay: Relay, *, name: str, patience: Patience) -> None:
        self._thread = LoopThread("smtp")
        self._crew = Crew(relay, name=name, patience=patience, loop=self._thread.loop)

    def begin(self, work: Work) -> None:
        self._thread.call(self._crew.begin, work)

    def close(self, *, goodbye_seconds: float) -> None:
        self._thread.stop(self._crew.close(goodbye_seconds=goodbye_seconds))


def _own_name(base_url: str) -> str:
    """What we call ourselves in EHLO; asking the machine can take seconds of DNS."""
    host = urlsplit(base_url).hostname or "localhost"
    return "localhost" if is_loopback(host) or ":" in host else host
