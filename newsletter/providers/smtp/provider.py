"""Hands a chunk over by SMTP: several connections from one event loop."""

import asyncio
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
from newsletter.providers.smtp.connection import Connection, Patience
from newsletter.providers.smtp.greeting import connect, goodbye
from newsletter.providers.smtp.lane import Lane
from newsletter.providers.smtp.verp import Verp
from newsletter.providers.smtp.work import Mail, Work
from newsletter.settings import Settings

_LOOK_SECONDS = 0.25  # pause and cancel are obeyed within two seconds
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
    at_once = 1

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
        self._loop: asyncio.AbstractEventLoop | None = None
        self._idle: list[Connection] = []

    def send(self, chunk: Chunk, *, marks: Marks, until: Stop) -> None:
        work = Work(chunk, marks, until, write=self._writer(chunk))
        if self._loop is None:
            self._loop = _new_loop()
        try:
            self._loop.run_until_complete(self._carry(work, len(chunk.recipients)))
            work.raise_what_went_wrong()
        except BaseException:
            # Nobody may come back to close a provider that failed.
            self._let_go(quit_first=False)
            raise

    def close(self) -> None:
        self._let_go(quit_first=True)

    async def _carry(self, work: Work, recipients: int) -> None:
        lanes = [
            Lane(
                work,
                self._relay,
                patience=self._patience,
                connect=self._connection,
                keep=self._keep,
            )
            for _ in range(min(self._relay.connections, recipients))
        ]
        loop = asyncio.get_running_loop()
        going = {loop.create_task(lane.run()): lane for lane in lanes}
        while going:
            done, _ = await asyncio.wait(going, timeout=_LOOK_SECONDS)
            for task in done:
                del going[task]
                if not task.cancelled():
                    task.result()
            must_stop = work.must_stop()
            for task, lane in going.items():
                lane.look(loop.time(), must_stop=must_stop)
                if must_stop and lane.is_connecting:
                    task.cancel()

    async def _connection(self) -> Connection:
        """One that waited, else a new one."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        return await connect(self._relay, name=self._name, patience=self._patience)

    def _keep(self, connection: Connection) -> None:
        connection.used = True
        self._idle.append(connection)

    def _writer(self, chunk: Chunk) -> Callable[[int, Recipient], Mail]:
        domain = domain_of(chunk.message.from_address)
        compiled = compile_message(chunk.message, domain=domain, for_the_wire=True)
        bounce_domain = self._bounce_domain or domain
        fill, sender_of, date = compiled.fill, self._verp.address, self._clock()

        def write(place: int, recipient: Recipient) -> Mail:
            return Mail(
                place,
                sender_of(recipient.delivery, domain=bounce_domain),
                recipient.address,
                fill(recipient, date=date),
            )

        return write

    def _let_go(self, *, quit_first: bool) -> None:
        loop, self._loop = self._loop, None
        if loop is None:
            return
        idle, self._idle = self._idle, []
        try:
            loop.run_until_complete(_finish(idle, quit_first=quit_first))
        finally:
            loop.close()


async def _finish(idle: list[Connection], *, quit_first: bool) -> None:
    """Nothing is left behind in the loop."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    if not quit_first:
        for connection in idle:
            connection.abandon()
    await asyncio.gather(
        *(goodbye(connection, seconds=_GOODBYE_SECONDS) for connection in idle)
    )
    # Transports that were aborted take their leave in the next rounds.
    for _ in range(3):
        await asyncio.sleep(0)


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # no wheel for this machine: the same, at twice the CPU
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _own_name(base_url: str) -> str:
    """What we call ourselves in EHLO; asking the machine can take seconds of DNS."""
    host = urlsplit(base_url).hostname or "localhost"
    return "localhost" if is_loopback(host) or ":" in host else host
