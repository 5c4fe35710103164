"""One POST to SendGrid by its own library, over a connection that is kept."""

import logging
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

import python_http_client
from sendgrid import SendGridAPIClient

from newsletter.providers.sendgrid.answers import (
    Answer,
    Verdict,
    judge,
    judge_erasure,
)
from newsletter.providers.sendgrid.line import Line
from newsletter.providers.wording import answer_of

TIMEOUT_SECONDS = 60.0


class Client:
    """The ``sendgrid`` library with a time-out and an honest transport.

    For one thread at a time; only ``cut`` may be called from another.
    """

    def __init__(self, host: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        # At DEBUG this logger prints the key.
        logging.getLogger("python_http_client").setLevel(logging.WARNING)
        self._line = Line(host, timeout=timeout)
        api = SendGridAPIClient("", host=host)
        api.client = _Transport(
            self._line,
            host=host,
            request_headers=api.client.request_headers,
            version=3,
            timeout=timeout,
        )
        self._mail_send = api.client.mail.send
        self._erasejob = api.client.recipients.erasejob

    def connect(self) -> Answer | None:
        """Before each ``post``. None: connected, and not a byte of a mail has left."""
        try:
            self._line.open()
        except (OSError, HTTPException) as error:
            self._line.close()
            return Answer(Verdict.UNREACHABLE, _words(error))
        return None

    def post(self, body: bytes, *, key: str) -> Answer:
        """Send one request over the connection there is."""
        return self._post(self._mail_send, body, key=key)

    def erase(self, body: bytes, *, key: str) -> Answer:
        """The same, to have recipients forgotten: any 2xx says that it will be."""
        return self._post(self._erasejob, body, key=key, judging=judge_erasure)

    def _post(
        self,
        endpoint: Any,
        body: bytes,
        *,
        key: str,
        judging: Callable[[int, bytes, Mapping[str, Any]], Answer] = judge,
    ) -> Answer:
        try:
            response = endpoint.post(
                request_body=_Ready(body),
                request_headers={
                    "Authorization": f"Bearer {key}",
                    "Content-Type": _READY,
                },
            )
        except (OSError, HTTPException) as error:
            self._line.close()
            return Answer(Verdict.DOUBT, _words(error))
        self._line.rest()
        return judging(response.status_code, response.body, response.headers)

    def close(self) -> None:
        self._line.close()

    def cut(self) -> None:
        """From any thread: whoever is in ``post`` waits for its answer no longer."""
        self._line.cut()


def _words(error: Exception) -> str:
    return answer_of(str(error) or type(error).__name__)


# The library turns everything that is called application/json into JSON itself. Under
# another name it leaves a text as it is; on the line it has its right name again.
_READY = "application/json; ready"


@dataclass(frozen=True)
class _Ready:
    """A body that is JSON already, under the library's word for making it bytes."""

    content: bytes

    def encode(self, *_arguments: str) -> "_Ready":
        return self

    def __str__(self) -> str:
        # It is formatted for a debug line at each request: of the bytes themselves
        # that takes 2 ms, and nobody may read them there.
        return f"({len(self.content)} bytes)"


class _Transport(python_http_client.Client):  # type: ignore[misc]
    """Sends over our line, raises for no status and follows no redirects.

    The library opens a connection for each request, follows a 302 with a GET, and
    reports its 200 as success.
    """

    def __init__(self, line: Line, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._line = line

    def _build_client(self, name: str | None = None) -> "_Transport":
        return _Transport(
            self._line,
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
            timeout=self.timeout,
        )

    def _make_request(
        self,
        _opener: object,
        request: urllib.request.Request,
        timeout: float | None = None,  # noqa: ARG002 - the line has it
    ) -> HTTPResponse:
        connection = self._line.connection
        ready = cast("_Ready", request.data)
        connection.request(
            request.get_method(),
            request.selector,
            body=ready.content,
            headers={
                **dict(request.header_items()),
                "Content-type": "application/json",
            },
        )
        return connection.getresponse()
