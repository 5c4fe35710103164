"""What both stand-ins share: a conversation, its ends, and a process that serves it."""

import asyncio
import socket
import struct
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.record import Record
from tests.faults.rules import HANG_UP, RESET, SILENCE, Script, from_json

_MOST_OF_A_MAIL = 1 << 24


class Over(Exception):
    """The conversation ends here."""


@dataclass
class Talk:
    """One connection. What comes is answered one after the other, so in order."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    script: Script
    record: Record
    slow: float  # seconds before a mail, or a request, is answered
    own: Counter[int] = field(default_factory=Counter)

    async def converse(self) -> None:
        """Until Over, or the other side hangs up."""
        raise NotImplementedError

    async def run(self) -> None:
        try:
            await self.converse()
        except (Over, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.writer.close()

    async def leave_by(self, do: str) -> None:
        """Raises Over for the words that are no answer."""
        if do == SILENCE:
            while await self.reader.read(1 << 16):
                pass  # hears everything, says nothing
        elif do == RESET:
            # Closing a socket that may not linger sends RST instead of FIN.
            raw: socket.socket = self.writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
        elif do != HANG_UP:
            return
        raise Over


def main(kind: type[Talk]) -> None:
    """``PORT RECORD SLOW RULES``: serve until killed; says "ready" when it listens."""
    _, port, path, slow, rules = sys.argv
    record, script = Record(Path(path)), Script(from_json(rules))

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await kind(reader, writer, script, record, float(slow)).run()

    async def serve() -> None:
        server = await asyncio.start_server(
            talk, "127.0.0.1", int(port), limit=_MOST_OF_A_MAIL
        )
        print("ready", flush=True)
        await server.serve_forever()

    asyncio.run(serve())
