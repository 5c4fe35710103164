"""A SendGrid on loopback: it takes requests over HTTP, fills in what real SendGrid
fills in, records each mail, and can misbehave.

    with SendGridStandIn() as server:
        environment["SENDGRID_HOST"] = server.url
        environment["SENDGRID_API_KEY"] = server.key
        ...
        server.addressees()

It refuses what the real one documents as refused: an address twice, parts in the wrong
order, values that are no strings, an unknown key.
"""

import contextlib
import json
import os
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

KEY = "SG.stand-in"
Body = dict[str, Any]
# Given the request's number (from 1) and body: None to behave, or what to do.
Rule = Callable[[int, Body], "Reply | None"]


@dataclass(frozen=True)
class Reply:
    """An answer that is not 202. ``status`` 0 closes the connection without one."""

    status: int
    message: str = "Something is wrong."
    field: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    after_taking: bool = False  # the mail is taken all the same
    seconds: float = 0  # before the answer
    hang_up: bool = False  # closes the connection after it, unannounced


@dataclass(frozen=True)
class Mail:
    """One mail as its reader gets it."""

    address: str
    name: str
    delivery: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]


class SendGridStandIn:
    """Start it with ``with``; records ``mails`` and the ``requests`` they came in."""

    key = KEY

    def __init__(
        self,
        misbehave: Rule | None = None,
        *,
        ledger: Path | None = None,
        certificate: tuple[Path, Path] | None = None,  # and its key: it speaks TLS
    ) -> None:
        self.mails: list[Mail] = []
        self.requests: list[Body] = []
        self.erased: list[str] = []  # addresses it was asked to forget
        self.agents: list[str] = []  # who made each request
        self.connections = 0
        self._misbehave = misbehave or (lambda _number, _body: None)
        self._ledger = ledger
        self._lock = threading.Lock()
        self._count = 0
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stand_in = self
        self._scheme = "http"
        if certificate is not None:
            self._scheme = "https"
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*certificate)
            # The handshake belongs in the thread of the connection, not in accept().
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> "SendGridStandIn":
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def addressees(self) -> Counter[str]:
        """How many mails each address got."""
        return Counter(mail.address for mail in self.mails)

    def connected(self) -> None:
        with self._lock:
            self.connections += 1

    def answer(self, authorization: str, body: Body) -> Reply:
        """Take the request, or say why not."""
        with self._lock:
            self._count += 1
            number = self._count
            self.requests.append(body)
        reply = self._misbehave(number, body)
        if "email_addresses" in body and reply is None:
            if authorization != f"Bearer {KEY}":
                return Reply(401, "The provided authorization grant is invalid.")
            self.erased += body["email_addresses"]
            return Reply(202)
        if reply is None or reply.after_taking:
            problem = _problem_with(authorization, body)
            if problem is not None:
                return problem
            self._take(body)
        if reply is not None:
            time.sleep(reply.seconds)
            return reply
        return Reply(202, headers=(("X-Message-Id", f"message-{number}"),))

    def _take(self, body: Body) -> None:
        mails = [_mail(body, person) for person in body["personalizations"]]
        with self._lock:
            self.mails += mails
            if self._ledger is not None:
                with self._ledger.open("a") as file:
                    for mail in mails:
                        file.write(json.dumps([mail.delivery, mail.address]) + "\n")
                    file.flush()
                    os.fsync(file.fileno())


def _problem_with(authorization: str, body: Body) -> Reply | None:
    if authorization != f"Bearer {KEY}":
        return Reply(401, "The provided authorization grant is invalid.")
    addresses: set[str] = set()
    for place, person in enumerate(body["personalizations"]):
        (to,) = person["to"]
        where = f"personalizations.{place}"
        if to["email"].lower() in addresses:
            return Reply(400, "Each email address should be unique.", where)
        addresses.add(to["email"].lower())
        for field in ("custom_args", "headers", "substitutions"):
            if not all(isinstance(v, str) for v in person.get(field, {}).values()):
                return Reply(400, "Bad Request")
        if to.get("name") == "":
            return Reply(400, "The name may not be empty.", f"{where}.to.0.name")
    if not 1 <= len(body["personalizations"]) <= 1000:
        return Reply(400, "Too many personalizations.", "personalizations")
    if [part["type"] for part in body["content"]] != ["text/plain", "text/html"]:
        return Reply(400, "The content types are in the wrong order.", "content")
    return None


def _mail(body: Body, person: Body) -> Mail:
    def filled(text: str) -> str:
        for tag, value in person.get("substitutions", {}).items():
            text = text.replace(tag, value)
        return text

    (to,) = person["to"]
    text, html = (filled(part["value"]) for part in body["content"])
    return Mail(
        address=to["email"],
        name=to.get("name", ""),
        delivery=person["custom_args"]["bw_delivery"],
        subject=filled(person.get("subject", body["subject"])),
        text=text,
        html=html,
        headers={**body.get("headers", {}), **person.get("headers", {})},
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    stand_in: SendGridStandIn


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"  # connections are kept
    timeout = 10

    def handle(self) -> None:
        self.server.stand_in.connected()
        # A client that hangs up, or does not trust our certificate.
        with contextlib.suppress(OSError):
            super().handle()

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        self.server.stand_in.agents.append(self.headers["User-Agent"] or "")
        if self.headers["Content-Type"] != "application/json":
            self._say(Reply(415, "Only application/json."))
            return
        if self.path not in {"/v3/mail/send", "/v3/recipients/erasejob"}:
            self._say(Reply(404, "Not found."))
            return
        reply = self.server.stand_in.answer(self.headers["Authorization"] or "", body)
        if reply.status == 0:
            self.close_connection = True
            return
        self._say(reply)
        self.close_connection |= reply.hang_up

    def _say(self, reply: Reply) -> None:
        errors = [{"message": reply.message, "field": reply.field, "help": None}]
        words = b"" if reply.status == 202 else json.dumps({"errors": errors}).encode()
        try:
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)
        except OSError:
            pass  # whoever asked has given up waiting

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        """Quiet: the tests' output is for the tests."""
