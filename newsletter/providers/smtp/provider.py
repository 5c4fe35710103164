"""Hands a chunk over by SMTP, several mails at a time."""

import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from newsletter.providers.base import (
    Chunk,
    Marks,
    ProviderBusy,
    ProviderError,
    Recipient,
    Stop,
)
from newsletter.providers.message import build_message, domain_of
from newsletter.providers.smtp.address import (
    Relay,
    is_loopback,
    read_bounce_domain,
    read_relay,
)
from newsletter.providers.smtp.connection import (
    WAIT_SECONDS,
    Answer,
    Connection,
    Outcome,
    Patience,
)
from newsletter.providers.smtp.verp import return_address
from newsletter.providers.wording import is_mailbox
from newsletter.settings import Settings


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
        self._key = signing_key
        self._name = name
        self._patience = patience
        self._clock = clock
        self._idle: deque[Connection] = deque()

    def send(self, chunk: Chunk, *, marks: Marks, until: Stop) -> None:
        work = _Work(chunk, marks, until)
        lanes = [
            threading.Thread(
                target=self._lane, args=(work,), name=f"smtp-{number}", daemon=True
            )
            for number in range(min(self._relay.connections, len(chunk.recipients)))
        ]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
        work.raise_what_went_wrong()

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _lane(self, work: "_Work") -> None:
        """One connection's share of the chunk."""
        connection: Connection | None = None
        try:
            while (place := work.next_place()) is not None:
                try:
                    connection = self._hand_over(work, place, connection)
                except ProviderError as error:
                    connection = None
                    work.stop_lane(place, error)
                    return
        except BaseException as error:
            work.break_off(error)
        finally:
            if connection is not None:
                self._idle.append(connection)

    def _hand_over(
        self, work: "_Work", place: int, connection: Connection | None
    ) -> Connection | None:
        """Carry one mail; returns the connection when it can carry another."""
        recipient = work.chunk.recipients[place]
        if not is_mailbox(recipient.address):
            work.mark(
                place, Answer(Outcome.REFUSED, "The address cannot be mailed to.")
            )
            return connection
        mail = build_message(
            work.chunk.message,
            recipient,
            domain=domain_of(work.chunk.message.from_address),
            date=self._clock(),
        )
        sender = self._sender(work.chunk, recipient)

        # A relay may have closed a connection that waited; a fresh one that hangs up
        # as well is busy.
        for fresh in (False, True):
            if fresh or connection is None:
                connection = self._connect(fresh=fresh)
            answer = connection.deliver(
                sender, recipient.address, mail, before_dot=lambda: work.begin(place)
            )
            if answer.outcome is not Outcome.LOST:
                break
        else:
            raise ProviderBusy(
                f"The mail server {self._relay} hangs up on us: "
                f"{answer.words or 'no answer'}",
                seconds=WAIT_SECONDS,
            )
        work.mark(place, answer)
        return connection if answer.usable else None

    def _connect(self, *, fresh: bool) -> Connection:
        if not fresh:
            try:
                return self._idle.pop()
            except IndexError:
                pass
        return Connection(self._relay, name=self._name, patience=self._patience)

    def _sender(self, chunk: Chunk, recipient: Recipient) -> str:
        domain = self._bounce_domain or domain_of(chunk.message.from_address)
        return return_address(self._key, recipient.delivery, domain=domain)


class _Work:
    """A chunk shared by lanes: who is next, and what went wrong.

    The journal and ``until`` belong to one caller, so one lane at a time speaks to
    them.
    """

    def __init__(self, chunk: Chunk, marks: Marks, until: Stop) -> None:
        self.chunk = chunk
        self._marks = marks
        self._until = until
        self._lock = threading.Lock()
        self._waiting = deque(range(len(chunk.recipients)))
        self._trouble: BaseException | None = None
        self._broken = False

    def next_place(self) -> int | None:
        """Who is next; None when nobody is, or when it is time to stop."""
        with self._lock:
            if self._broken or not self._waiting or self._until():
                return None
            return self._waiting.popleft()

    def begin(self, place: int) -> bool:
        """The dot comes next: mark it, unless it is time to stop."""
        with self._lock:
            if self._broken or self._until():
                return False
            self._marks.handed_over(place)
            return True

    def mark(self, place: int, answer: Answer) -> None:
        with self._lock:
            match answer.outcome:
                case Outcome.ACCEPTED:
                    self._marks.accepted(place, answer.words)
                case Outcome.REFUSED:
                    self._marks.refused(place, answer.words)
                case Outcome.LATER:
                    self._marks.later(place, answer.words)
                case _:
                    pass  # in doubt stays handed over; stopped stays untouched

    def stop_lane(self, place: int, error: ProviderError) -> None:
        """This lane cannot go on; a busy relay may still serve the other lanes."""
        with self._lock:
            self._waiting.appendleft(place)
            self._trouble = error
            self._broken = self._broken or not isinstance(error, ProviderBusy)

    def break_off(self, error: BaseException) -> None:
        """A defect of ours, or a journal that cannot be written: nobody goes on."""
        with self._lock:
            self._trouble, self._broken = error, True

    def raise_what_went_wrong(self) -> None:
        """A relay that took everybody in the end has nothing to complain about."""
        if self._trouble is not None and (self._broken or self._waiting):
            raise self._trouble


def _own_name(base_url: str) -> str:
    """What we call ourselves in EHLO; asking the machine can take seconds of DNS."""
    host = urlsplit(base_url).hostname or "localhost"
    return "localhost" if is_loopback(host) or ":" in host else host
