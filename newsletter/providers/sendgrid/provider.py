"""SendGrid as a provider: its connections, and what all of them know."""

from collections.abc import Iterator
from queue import Empty, LifoQueue

from newsletter.providers.base import Chunk, Marks, Stop
from newsletter.providers.sendgrid.client import TIMEOUT_SECONDS, Client
from newsletter.providers.sendgrid.erasing import erase
from newsletter.providers.sendgrid.errand import Errand
from newsletter.providers.sendgrid.options import Options, read_options
from newsletter.providers.sendgrid.shared import Gate, Keys
from newsletter.settings import Settings


def open_sendgrid(settings: Settings) -> "SendGridProvider":
    """Raises ProviderMisconfigured with a sentence; connects when it sends."""
    return SendGridProvider(
        read_options(settings.environment), chunk_size=settings.chunk_size
    )


class SendGridProvider:
    """Each thread in ``send`` has a connection to itself and one request under way.

    SendGrid knows no idempotency: what may have been taken is never sent again, and a
    process that dies leaves at most one request a connection in doubt.
    """

    name = "sendgrid"

    def __init__(
        self, options: Options, *, chunk_size: int, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self.chunk_size = chunk_size
        self.at_once = options.connections
        self._keys = Keys(options.keys)
        self._gate = Gate()
        self._clients = [
            Client(options.host, timeout=timeout) for _ in range(options.connections)
        ]
        # The one used last comes first: its connection is still open.
        self._free: LifoQueue[Client] = LifoQueue()
        for client in self._clients:
            self._free.put(client)
        self._closings = 0

    def send(self, chunk: Chunk, *, marks: Marks, until: Stop) -> None:
        closings = self._closings
        client = self._free.get()
        try:
            Errand(
                client,
                chunk,
                marks,
                keys=self._keys,
                gate=self._gate,
                until=until,
                closed=lambda: self._closings != closings,
            ).run()
        finally:
            if self._closings != closings:
                client.close()
            self._free.put(client)

    def erase(self, address: str) -> None:
        client = self._free.get()
        try:
            erase(client, self._keys, address)
        finally:
            self._free.put(client)

    def close(self) -> None:
        self._closings += 1
        for client in self._clients:
            client.cut()
        for client in list(self._idle()):
            client.close()
            self._free.put(client)

    def _idle(self) -> Iterator[Client]:
        try:
            while True:
                yield self._free.get_nowait()
        except Empty:
            return
