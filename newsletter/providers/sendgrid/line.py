"""One connection to SendGrid, kept from request to request."""

import base64
import contextlib
import select
import socket
import ssl
import time
from functools import lru_cache
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

CONNECT_SECONDS = 20.0
# No server hangs up after so short a rest (60 to 75 seconds is usual). One that does so
# while our request is under way would leave a thousand readers in doubt.
KEPT_SECONDS = 5.0


class Line:
    """``open`` before a request, ``rest`` after its whole answer, else ``close``."""

    def __init__(self, host: str, *, timeout: float) -> None:
        self._host = urlsplit(host)
        self._timeout = timeout
        self._connection: HTTPConnection | None = None
        self._rested = 0.0

    def open(self) -> None:
        """Connected, with the certificate checked and not a byte of a request sent.

        Raises OSError or HTTPException when it cannot be had.
        """
        if self._connection is not None and self._is_alive(self._connection):
            return
        self.close()
        self._connection = self._new()
        self._connection.connect()
        self._connection.sock.settimeout(self._timeout)

    @property
    def connection(self) -> HTTPConnection:
        """What ``open`` opened."""
        assert self._connection is not None
        return self._connection

    def rest(self) -> None:
        self._rested = time.monotonic()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def cut(self) -> None:
        """From any thread: whoever waits for an answer on it waits no longer."""
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with contextlib.suppress(OSError):
                # Not that of a TLS socket: it takes the cipher from under a reader.
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)

    def _is_alive(self, connection: HTTPConnection) -> bool:
        if connection.sock is None or time.monotonic() - self._rested > KEPT_SECONDS:
            return False
        # Nothing is due between two requests: what can be read is the end.
        poll = select.poll()
        poll.register(connection.sock, select.POLLIN)
        return not poll.poll(0)

    def _new(self) -> HTTPConnection:
        name, port = self._host.hostname or "", self._host.port
        if self._host.scheme == "http":
            return HTTPConnection(name, port, timeout=CONNECT_SECONDS)
        proxy = None if proxy_bypass(name) else getproxies().get("https")
        if not proxy:
            return HTTPSConnection(
                name, port, timeout=CONNECT_SECONDS, context=trusting()
            )
        through = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        connection = HTTPSConnection(
            through.hostname or "",
            through.port or 80,
            timeout=CONNECT_SECONDS,
            context=trusting(),
        )
        headers = {}
        if through.username:
            user = f"{unquote(through.username)}:{unquote(through.password or '')}"
            seal = base64.b64encode(user.encode()).decode()
            headers["Proxy-Authorization"] = f"Basic {seal}"
        connection.set_tunnel(name, port or 443, headers)
        return connection


@lru_cache(maxsize=1)
def trusting() -> ssl.SSLContext:
    """One for all lines: each holds every authority of the machine."""
    return ssl.create_default_context()
