"""One POST to SendGrid, and what its answer means."""

import http.client
import json
import logging
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any

import python_http_client
from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient

from newsletter.providers.sendgrid.body import Body
from newsletter.providers.wording import answer_of

TIMEOUT_SECONDS = 60.0
_WAIT_SECONDS = 60.0  # after a 429 that does not say how long
_LONGEST_WAIT = 3600.0


class Verdict(Enum):
    ACCEPTED = auto()  # 202, and nothing else
    WRONG = auto()  # 400 about one of the recipients
    TOO_LARGE = auto()  # 413
    KEY_REFUSED = auto()  # 401, 403
    MISUSED = auto()  # a request no recipient of ours can mend
    BUSY = auto()  # 429: not taken
    UNREACHABLE = auto()  # not a byte of the mail has left us
    DOUBT = auto()  # 5xx, a time-out or a reset: it may have been taken


@dataclass(frozen=True)
class Answer:
    verdict: Verdict
    words: str = ""  # SendGrid's, short and without addresses
    reference: str = ""  # X-Message-Id
    seconds: float = _WAIT_SECONDS  # how long to wait when BUSY


class Client:
    """The ``sendgrid`` library with a time-out, one key, and an honest transport."""

    def __init__(
        self, key: str, host: str, *, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        # At DEBUG this logger prints the key and the whole payload.
        logging.getLogger("python_http_client").setLevel(logging.WARNING)
        self._api = SendGridAPIClient(key, host=host)
        self._transport = _Transport(
            host=host,
            request_headers=self._api.client.request_headers,
            version=3,
            timeout=timeout,
        )
        self._api.client = self._transport

    def post(self, body: Body, *, on_connect: Callable[[], None]) -> Answer:
        """Send one request; ``on_connect`` is called before its first byte."""
        connected = _Once(on_connect)
        self._transport.on_connect = connected
        try:
            response = self._api.send(body)
        except HTTPError as error:
            return _judge(error)
        except (OSError, HTTPException) as error:
            # urllib wraps what happens while a request is written, a reset included,
            # in the same URLError as a refused connection: only whether we were
            # connected tells them apart.
            verdict = Verdict.DOUBT if connected.called else Verdict.UNREACHABLE
            return Answer(verdict, answer_of(str(error) or type(error).__name__))
        if response.status_code != http.client.ACCEPTED:
            words = f"The answer was {response.status_code}, not 202."
            return Answer(Verdict.DOUBT, words)
        return Answer(
            Verdict.ACCEPTED, reference=response.headers.get("X-Message-Id", "")
        )


def _judge(error: HTTPError) -> Answer:
    status: int = error.status_code
    errors = _errors(error.body)
    said = "; ".join(str(one.get("message", "")) for one in errors) or error.reason
    words = f"{status} {answer_of(str(said))}"
    match status:
        case 400:
            return Answer(
                Verdict.WRONG if _is_about_a_recipient(errors) else Verdict.MISUSED,
                words,
            )
        case 401 | 403:
            return Answer(Verdict.KEY_REFUSED, words)
        case 408:
            return Answer(Verdict.DOUBT, words)
        case 413:
            return Answer(Verdict.TOO_LARGE, words)
        case 429:
            return Answer(Verdict.BUSY, words, seconds=_wait(error.headers))
        case _ if 300 <= status < 500:
            return Answer(Verdict.MISUSED, words)
        case _:
            return Answer(Verdict.DOUBT, words)


def _errors(body: bytes | str) -> list[dict[str, Any]]:
    try:
        errors = json.loads(body).get("errors", [])
    except (ValueError, AttributeError):
        return []
    return [one for one in errors if isinstance(one, dict)]


def _is_about_a_recipient(errors: list[dict[str, Any]]) -> bool:
    """Whether leaving somebody out may help. A 400 about From never gets better, and
    cutting it in halves would refuse a whole list one by one."""
    fields = [one.get("field") for one in errors]
    return all(
        field is None or str(field).startswith("personalizations") for field in fields
    )


def _wait(headers: Any) -> float:
    reset = str(headers.get("X-RateLimit-Reset") or "")
    retry = str(headers.get("Retry-After") or "")
    if reset.isdigit():
        seconds = float(reset) - time.time()
    elif retry.isdigit():
        seconds = float(retry)
    else:
        seconds = _WAIT_SECONDS
    return min(max(seconds, 1.0), _LONGEST_WAIT)


class _Once:
    def __init__(self, callback: Callable[[], None]) -> None:
        self.called = False
        self._callback = callback

    def __call__(self) -> None:
        if not self.called:
            self._callback()
            self.called = True


class _Transport(python_http_client.Client):  # type: ignore[misc]
    """Says when it is connected, and follows no redirects.

    The library follows a 302 with a GET and reports its 200 as success.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.on_connect: Callable[[], None] = lambda: None

    def _build_client(self, name: str | None = None) -> "_Transport":
        client = _Transport(
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
            timeout=self.timeout,
        )
        client.on_connect = self.on_connect
        return client

    def _make_request(
        self,
        _opener: object,
        request: urllib.request.Request,
        timeout: float | None = None,
    ) -> Any:
        honest = urllib.request.build_opener(
            _Http(self.on_connect), _Https(self.on_connect), _NoRedirect()
        )
        return super()._make_request(honest, request, timeout=timeout)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, on_connect: Callable[[], None]) -> None:
        super().__init__()
        self._on_connect = on_connect

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_Connection, self._on_connect), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, on_connect: Callable[[], None]) -> None:
        super().__init__()
        self._on_connect = on_connect

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_SecureConnection, self._on_connect), req)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        return None


class _Connection(HTTPConnection):
    def __init__(
        self, on_connect: Callable[[], None], *args: Any, **named: Any
    ) -> None:
        super().__init__(*args, **named)
        self._on_connect = on_connect

    def connect(self) -> None:
        super().connect()
        self._on_connect()


class _SecureConnection(HTTPSConnection):
    """Connected means: the certificate was checked as well."""

    def __init__(
        self, on_connect: Callable[[], None], *args: Any, **named: Any
    ) -> None:
        super().__init__(*args, **named)
        self._on_connect = on_connect

    def connect(self) -> None:
        super().connect()
        self._on_connect()
