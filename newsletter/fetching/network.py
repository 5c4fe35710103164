"""Connections that resolve a name once, look at the address, and have a deadline.

Looking a name up to check it and again to connect is how DNS rebinding gets in: the
second answer may be another. Here the address that was looked at is connected to; the
certificate is still checked against the name.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpcore

from newsletter.fetching.addresses import Network, may_fetch_from

Resolve = Callable[[str, int], Sequence[str]]  # host and port in, IP addresses out


class Refused(Exception):
    """Every address of the host is one we do not fetch from."""


class Deadline:
    """A moment on the monotonic clock; a server that drips bytes cannot move it."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left; raises ReadTimeout when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("The time is up.")
        return left

    def within(self, timeout: float | None) -> float:
        return self.left() if timeout is None else min(timeout, self.left())


def resolve(host: str, port: int) -> list[str]:
    """All IP addresses of a host, in the system's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to public addresses only, and gives up at the deadline."""

    def __init__(
        self, *, allow: Iterable[Network], deadline: Deadline, resolve: Resolve
    ) -> None:
        self._inner = httpcore.SyncBackend()
        self._allow = tuple(allow)
        self._deadline = deadline
        self._resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = self._resolve(host, port)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address.") from error
        allowed = [one for one in addresses if may_fetch_from(one, self._allow)]
        if not allowed:
            raise Refused
        trouble: Exception | None = None
        for address in allowed:
            try:
                stream = self._inner.connect_tcp(
                    address,
                    port,
                    timeout=self._deadline.within(timeout),
                    local_address=local_address,
                    socket_options=socket_options,
                )
                return _Stream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                trouble = error
        assert trouble is not None
        raise trouble

    def connect_unix_socket(self, *_arguments: Any, **_named: Any) -> Any:
        raise httpcore.ConnectError("Files are not fetched from.")

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(self._deadline.within(seconds))


class _Stream(httpcore.NetworkStream):
    """A stream whose every wait ends at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, timeout=self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=self._deadline.within(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secure = self._inner.start_tls(
            ssl_context, server_hostname, timeout=self._deadline.within(timeout)
        )
        return _Stream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
