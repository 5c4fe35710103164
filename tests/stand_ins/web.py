"""A web server on loopback with the pages a test gives it, good and bad.

with WebStandIn({"/": Reply(200, b"Dag")}) as web:
    fetch(web.url + "/")
    web.asked  # [("GET", "/")]
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    head_status: int | None = None  # when HEAD is answered otherwise
    drip_seconds: float = 0  # between the bytes of the body
    hang_up: bool = False
    # In place of ``body``: pieces made while somebody reads, perhaps without an end.
    stream: Callable[[], Iterator[bytes]] | None = None


class WebStandIn:
    """Start it with ``with``; a path it does not know is a 404."""

    def __init__(self, pages: Mapping[str, Reply]) -> None:
        self.pages = dict(pages)
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []  # of each question, names in lower case
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stand_in = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> "WebStandIn":
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stand_in: WebStandIn


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.server.stand_in.asked.append((self.command, self.path))
        self.server.stand_in.headers.append(
            {name.lower(): value for name, value in self.headers.items()}
        )
        reply = self.server.stand_in.pages.get(self.path, Reply(404, b"Not found"))
        if reply.hang_up:
            self.close_connection = True
            return
        head = self.command == "HEAD"
        status = reply.head_status if head and reply.head_status else reply.status
        try:
            self.send_response(status)
            for name, value in reply.headers:
                self.send_header(name, value)
            if reply.stream is None and status != 304:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if not head:
                self._drip(reply)
        except OSError:
            pass  # whoever asked has given up

    def _drip(self, reply: Reply) -> None:
        if reply.stream is not None:
            for piece in reply.stream():
                self.wfile.write(piece)
            return
        if not reply.drip_seconds:
            self.wfile.write(reply.body)
            return
        for byte in reply.body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(reply.drip_seconds)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        """Quiet: the tests' output is for the tests."""
