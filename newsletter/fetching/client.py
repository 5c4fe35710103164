"""Fetch one page: with a deadline, a size, a number of redirects, and no way inside."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urljoin, urlsplit

import httpcore

from newsletter.errors import NewsletterError
from newsletter.fetching.addresses import Network, read_networks
from newsletter.fetching.decoding import Bomb, Broken, Decoder
from newsletter.fetching.network import (
    Deadline,
    GuardedBackend,
    Refused,
    Resolve,
    resolve,
)
from newsletter.settings import Settings

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BODILESS = frozenset({204, 304})
_PORTS = {"http": 80, "https": 443}
_MOST_OF_AN_ADDRESS = 2000


class FetchError(NewsletterError):
    """The page was not fetched; the sentence says why."""


class NotAllowed(FetchError):
    """An address we do not fetch from: not the web, or a machine of our own."""


class Private(NotAllowed):
    """It is on a private network: it was not asked."""


class NoAnswer(FetchError):
    """No time, no sense, or no end to it."""


class Unreachable(NoAnswer):
    """No name, no connection or no certificate: asking again is of no use."""


class TooSlow(NoAnswer):
    """The time was up before all of it was there."""


class TooLarge(NoAnswer):
    """More than we take, as sent or when unpacked."""


class TooManyRedirects(NoAnswer):
    """Sent on, and on."""


@dataclass(frozen=True)
class Limits:
    seconds: float = 10  # for all redirects together
    size_bytes: int = 5_000_000
    redirects: int = 5


@dataclass(frozen=True)
class Page:
    """What was answered, also when it is an error page."""

    url: str  # where it was found in the end
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""


class Fetch(Protocol):
    """How a page is asked for; ``Fetcher.fetch`` is the real one."""

    def __call__(self, url: str, *, method: str = "GET") -> Page:
        """Raises FetchError when there is no answer to speak of."""


def open_fetcher(settings: Settings, limits: Limits | None = None) -> "Fetcher":
    """A fetcher that may reach the networks BUURTPOST_FETCH_ALLOW names."""
    return Fetcher(read_networks(settings.fetch_allow), limits or Limits())


class Fetcher:
    """Keeps nothing between pages, so that many threads may share it."""

    def __init__(
        self,
        allow: tuple[Network, ...] = (),
        limits: Limits = Limits(),
        *,
        resolve: Resolve = resolve,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._allow = allow
        self._limits = limits
        self._resolve = resolve
        self._ssl = ssl_context or ssl.create_default_context()

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """The page at an address, after its redirects; HEAD brings no body.

        ``headers`` are added to our own, or stand in place of them, at every step.
        """
        deadline = Deadline(self._limits.seconds)
        asked = dict(headers or {})
        for _ in range(self._limits.redirects + 1):
            page = self._ask(url, method, asked, deadline)
            location = page.headers.get("location")
            if page.status not in _REDIRECTS or not location:
                return page
            try:
                url = urljoin(url, location)
            except ValueError:
                raise NotAllowed(
                    f"{_name(url)} sends us on to what is not a web address."
                ) from None
        raise TooManyRedirects(f"{_name(url)} keeps sending us on to another address.")

    def _ask(
        self, url: str, method: str, asked: Mapping[str, str], deadline: Deadline
    ) -> Page:
        target = _target(url)
        backend = GuardedBackend(
            allow=self._allow, deadline=deadline, resolve=self._resolve
        )
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=self._ssl, network_backend=backend
                ) as pool,
                pool.stream(
                    method, target, headers=[*_headers(url, asked).items()]
                ) as answer,
            ):
                told = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in answer.headers
                }
                body = b""
                if method != "HEAD" and answer.status not in _BODILESS:
                    body = self._body(url, answer, told, deadline)
                return Page(url=url, status=answer.status, headers=told, body=body)
        except Refused:
            raise Private(
                f"{_name(url)} is on a private network, which is not fetched from. "
                "BUURTPOST_FETCH_ALLOW can allow it."
            ) from None
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise Unreachable(
                f"{_name(url)} cannot be reached: {str(error).rstrip('.')}."
            ) from error
        except httpcore.TimeoutException:
            raise TooSlow(
                f"{_name(url)} did not answer within {self._limits.seconds:g} seconds."
            ) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError) as error:
            raise NoAnswer(
                f"{_name(url)} cannot be reached: {str(error).rstrip('.')}."
            ) from error

    def _body(
        self,
        url: str,
        answer: httpcore.Response,
        told: Mapping[str, str],
        deadline: Deadline,
    ) -> bytes:
        """Unpacked as it comes in, so that no bomb is ever whole in memory."""
        most = self._limits.size_bytes
        try:
            decoder = Decoder(told.get("content-encoding", ""), most)
            size = 0
            for part in answer.iter_stream():
                deadline.left()
                size += len(part)
                if size > most:
                    raise Bomb
                decoder.feed(part)
            return decoder.finish()
        except Bomb:
            raise TooLarge(f"{_name(url)} is larger than {most:,} bytes.") from None
        except Broken as error:
            raise NoAnswer(f"{_name(url)} cannot be unpacked: {error}.") from None


def _target(url: str) -> httpcore.URL:
    """The address as it is asked for. Raises NotAllowed when it is not the web's."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:
        raise NotAllowed(f"{_name(url)} is not a web address.") from None
    if parts.scheme not in _PORTS or not host or len(url) > _MOST_OF_AN_ADDRESS:
        raise NotAllowed(f"{_name(url)} is not an address with http:// or https://.")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed(f"{_name(url)} holds a user name or password.")
    target = _ascii(parts.path or "/") + (
        f"?{_ascii(parts.query)}" if parts.query else ""
    )
    return httpcore.URL(
        scheme=parts.scheme, host=host, port=port, target=target.encode("ascii")
    )


def _headers(url: str, asked: Mapping[str, str]) -> dict[str, str]:
    parts = urlsplit(url)
    host = (parts.hostname or "").encode("idna").decode("ascii")
    named = f"[{host}]" if ":" in host else host
    return {
        "Host": named if parts.port is None else f"{named}:{parts.port}",
        "User-Agent": "Buurtpost/0.1 (newsletter)",
        "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
        "Accept-Encoding": "gzip, deflate",
        **asked,
    }


def _ascii(text: str) -> str:
    """As browsers write it: what is not ASCII, or a space, by its UTF-8 bytes."""
    return "".join(
        chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}"
        for byte in text.encode("utf-8", "replace")
    )


def _name(url: str) -> str:
    """An address short enough for a sentence."""
    return url if len(url) <= 120 else f"{url[:117]}..."
