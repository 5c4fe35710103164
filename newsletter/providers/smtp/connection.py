"""One line to the relay: bytes in, replies out, in the order they came."""

import asyncio
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

_LONGEST_LINE = 4096  # RFC 5321 4.5.3.1.5 allows 512
_MOST_LINES = 500  # of one reply
# Looking a code up is faster than reading its digits, four times a mail.
_CODES = {b"%d" % code: code for code in range(200, 600)}
# What nearly every write of a pipelined sender brings back: yes to the mail, and yes to
# the whole envelope behind it.
_FOUR_YESES = re.compile(rb"250 (.*)\r\n250 .*\r\n250 .*\r\n354 .*\r\n")


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for the relay in each phase (RFC 5321 4.5.3.2)."""

    connect: float = 30  # TCP and TLS
    command: float = 300
    # Less than ten minutes makes doubles: the server may have taken the mail.
    dot: float = 600


@dataclass(frozen=True)
class Features:
    """What the relay said it can do, in its answer to EHLO."""

    pipelining: bool = False
    starttls: bool = False
    size: int | None = None  # most bytes of a mail, 0: no limit said; None: no SIZE
    mechanisms: frozenset[str] = frozenset()  # of AUTH


class Listener(Protocol):
    """Whoever speaks with the relay at the moment."""

    def reply(self, code: int, words: bytes) -> None:
        """One whole answer; the words of several lines are joined by LF."""

    def four_yeses(self, words: bytes) -> bool:
        """250 with these words, 250, 250 and 354 at once. False: rather one by one."""

    def lost(self, why: str) -> None:
        """The relay hung up, or no longer speaks SMTP. Comes once, and last."""


class Connection(asyncio.Protocol):
    """Keeps nothing of a mail. Without a listener any word of the relay ends it."""

    write: Callable[[bytes], None]

    def __init__(self) -> None:
        self.closed = False
        self.features = Features()
        self.listener: Listener | None = None
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rest = b""
        self._lines: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    @property
    def transport(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    def speak_through(self, transport: asyncio.Transport | None) -> None:
        """From now on over this transport: STARTTLS lays one over the other."""
        if transport is None:
            raise ConnectionError("it hung up")
        self._transport = transport
        self.write = transport.write

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.speak_through(cast("asyncio.Transport", transport))

    def data_received(self, data: bytes) -> None:
        if self.listener is not None and not self.has_heard_more:
            yeses = _FOUR_YESES.fullmatch(data)
            if yeses is not None and self.listener.four_yeses(yeses[1]):
                return
        lines = (self._rest + data).split(b"\n") if self._rest else data.split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            if self.closed:
                return
            self._hear(line)
        if len(self._rest) > _LONGEST_LINE:
            self._end("an endless line")

    def connection_lost(self, error: Exception | None) -> None:
        self._end(str(error) if error else "it hung up")
        if not self.gone.done():
            self.gone.set_result(None)

    def abandon(self) -> None:
        """Hang up in the middle, and hear no more: what has no dot is no mail."""
        self.listener = None
        self.closed = True
        self.transport.abort()

    @property
    def has_heard_more(self) -> bool:
        """Whether there is something nobody asked for."""
        return bool(self._rest or self._lines)

    def _hear(self, line: bytes) -> None:
        code, words = _CODES.get(line[:3]), line[4:].rstrip(b"\r")
        if code is None:
            self._end("an answer that is not SMTP")
            return
        if line[3:4] == b"-":
            self._lines.append(words)
            if len(self._lines) > _MOST_LINES:
                self._end("an endless answer")
            return
        if self._lines:
            words = b"\n".join((*self._lines, words))
            self._lines.clear()
        if self.listener is None:
            # "421 idle too long": nobody is waiting, so nothing else makes sense.
            self.abandon()
            return
        self.listener.reply(code, words)

    def _end(self, why: str) -> None:
        if self.closed:
            return
        listener = self.listener
        self.abandon()
        if listener is not None:
            listener.lost(why)


class Turns:
    """A listener for one question at a time: greeting, EHLO, AUTH, QUIT."""

    def __init__(self, connection: Connection, *, seconds: float) -> None:
        self._connection = connection
        self._seconds = seconds
        self._heard: deque[tuple[int, bytes]] = deque()
        self._lost: str | None = None
        self._waiter: asyncio.Future[None] | None = None
        connection.listener = self

    def reply(self, code: int, words: bytes) -> None:
        self._heard.append((code, words))
        self._wake()

    def four_yeses(self, words: bytes) -> bool:  # noqa: ARG002 - asked with its words
        return False

    def lost(self, why: str) -> None:
        self._lost = why
        self._wake()

    @property
    def has_heard_more(self) -> bool:
        return bool(self._heard) or self._connection.has_heard_more

    async def ask(self, command: str) -> tuple[int, bytes]:
        """Raises OSError when the relay is gone or silent."""
        if self._lost is None:
            self._connection.write(f"{command}\r\n".encode("ascii"))
        return await self.hear()

    async def hear(self) -> tuple[int, bytes]:
        if not self._heard and self._lost is None:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(self._seconds):
                    await self._waiter
            except TimeoutError:
                raise TimeoutError(f"no answer in {self._seconds:.0f} s") from None
        if self._heard:
            return self._heard.popleft()
        raise ConnectionError(self._lost or "it hung up")

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
