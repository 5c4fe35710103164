"""Where benchmarked mail goes: an SMTP and an HTTP server that take everything.

Each runs in a process of its own, so that what it costs is not ours:
``python -m benchmarks.sinks smtp|slow-smtp|http`` prints its port and serves until
killed.
"""

import asyncio
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import uvloop

# Every connection reads into this one: what came is looked at before the next read, and
# it stays in the processor's cache.
BUFFER = bytearray(1 << 18)
END = b"\r\n.\r\n"
# A client may send no more behind a mail's end than the next envelope, before it is
# answered: the end lies in the last bytes that came. Nobody looks at the others.
MOST_BEHIND = 2000


class SmtpSink(asyncio.BufferedProtocol):
    """Enough of RFC 5321 for a client that behaves; every mail is accepted."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.rest = b""  # of a command, or the last bytes of a mail that goes on
        self.in_data = False
        self.say(b"220 sink ready\r\n")

    def get_buffer(self, _sizehint: int) -> bytearray:
        return BUFFER

    def buffer_updated(self, size: int) -> None:
        answers = b""
        if self.in_data:
            last = bytes(BUFFER[max(0, size - MOST_BEHIND) : size])
            if size < MOST_BEHIND:
                last = self.rest + last
            end = last.rfind(END)
            if end < 0:
                self.rest = last[1 - len(END) :]
                return
            self.in_data = False
            answers, commands = b"250 taken\r\n", last[end + len(END) :]
        else:
            commands = self.rest + bytes(BUFFER[:size])
        *lines, self.rest = commands.split(b"\r\n")
        for line in lines:
            answers += self.answer(line[:4].upper())
        if answers:
            self.say(answers)

    def say(self, words: bytes) -> None:
        self.transport.write(words)

    def answer(self, verb: bytes) -> bytes:
        if verb == b"DATA":
            self.in_data, self.rest = True, END[:2]
            return b"354 go on\r\n"
        if verb == b"EHLO":
            return b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
        if verb == b"QUIT":
            asyncio.get_running_loop().call_soon(self.transport.close)
            return b"221 bye\r\n"
        return b"250 ok\r\n"


DELAY_SECONDS = 0.02


class SlowSmtpSink(SmtpSink):
    """The same, each answer twenty milliseconds after its command came."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.waiting: deque[bytes] = deque()
        self.loop = asyncio.get_running_loop()
        super().connection_made(transport)

    def say(self, words: bytes) -> None:
        # Timers of one moment may fire in any order; the answers may not.
        self.waiting.append(words)
        self.loop.call_later(DELAY_SECONDS, self._say_next)

    def _say_next(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(self.waiting.popleft())


class HttpSink(asyncio.Protocol):
    """Answers 202 to every POST, as SendGrid does."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.buffer = bytearray()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head_end = self.buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = bytes(self.buffer[:head_end]).lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        if len(self.buffer) < head_end + 4 + length:
            return
        del self.buffer[: head_end + 4 + length]
        self.transport.write(
            b"HTTP/1.1 202 Accepted\r\nX-Message-Id: sink\r\nContent-Length: 0\r\n\r\n"
        )


SINKS: dict[str, type[asyncio.BaseProtocol]] = {
    "smtp": SmtpSink,
    "slow-smtp": SlowSmtpSink,
    "http": HttpSink,
}


async def serve(name: str) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(SINKS[name], "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def sink(name: str) -> Iterator[int]:
    """A sink in a process of its own; its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sinks", name], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
