"""A real SMTP server on loopback that records what it accepts, and can misbehave.

    with SmtpStandIn() as server:
        environment["BUURTPOST_SMTP_URL"] = server.url
        ...
        server.addressees()

``misbehave`` takes what to do at which moment; see ``Misbehaviour``.
"""

import asyncio
import json
import os
import ssl
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Reply = str | None
Rule = Callable[[str], Reply]  # an address in, a reply or None (behave) out


@dataclass(frozen=True)
class Accepted:
    sender: str
    recipient: str
    mail: bytes


@dataclass
class Misbehaviour:
    """What goes wrong, by verb. A rule answers None to behave."""

    at_mail: Rule = lambda _address: None
    at_rcpt: Rule = lambda _address: None
    at_data: Rule = lambda _address: None  # the answer to the final dot
    # Whether to hang up at the final dot: before it was taken, or after.
    lose_before_answer: Callable[[str], bool] = lambda _address: False
    take_and_hang_up: Callable[[str], bool] = lambda _address: False
    hang_up_after: int | None = None  # mails per connection; then 421
    answer_seconds: float = 0  # how long the final dot waits for its answer
    most_connections: int | None = None  # at a time; then 421


class SmtpStandIn:
    """Start it with ``with``; ``url`` fits BUURTPOST_SMTP_URL."""

    def __init__(
        self,
        misbehave: Misbehaviour | None = None,
        *,
        user: tuple[str, str] | None = None,
        certificate: tuple[Path, Path] | None = None,
        implicit_tls: bool = False,
        ledger: Path | None = None,
        connections: int = 4,
    ) -> None:
        self.accepted: list[Accepted] = []
        self._misbehave = misbehave or Misbehaviour()
        self._user = user
        self._certificate = certificate
        self._implicit = implicit_tls
        self._ledger = ledger
        self._connections = connections
        self._lock = threading.Lock()
        self.open = 0  # connections now
        self.most_at_once = 0
        self.turned_away = 0
        self._controller = _Controller(self, hostname="127.0.0.1", port=0)

    def __enter__(self) -> "SmtpStandIn":
        self._controller.start()
        # The controller connected once to see whether it runs; that is none of ours.
        while self.open:
            time.sleep(0.001)
        self.most_at_once = 0
        return self

    def __exit__(self, *_exception: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        server = self._controller.server
        assert server is not None
        port: int = server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        user = f"{self._user[0]}:{self._user[1]}@" if self._user else ""
        scheme = "smtps" if self._implicit else "smtp"
        query = f"connections={self._connections}"
        if self._certificate is None:
            query += "&tls=none"
        else:
            query += f"&ca={self._certificate[0]}"
        return f"{scheme}://{user}127.0.0.1:{self.port}?{query}"

    def addressees(self) -> Counter[str]:
        """How many mails each address got."""
        return Counter(one.recipient for one in self.accepted)

    def authenticate(
        self,
        _server: SMTP,
        _session: Session,
        _envelope: Envelope,
        mechanism: str,
        data: Any,
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login.decode(), data.password.decode()) == self._user
        return AuthResult(success=right, handled=False)

    def make_server(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        tls = self._tls_context() if self._certificate and not self._implicit else None
        with warnings.catch_warnings():
            # A password in clear text is a danger to people; here there are none.
            warnings.filterwarnings("ignore", "Requiring AUTH while not")
            return self._make_server(loop, tls)

    def _make_server(
        self, loop: asyncio.AbstractEventLoop, tls: ssl.SSLContext | None
    ) -> SMTP:
        return _Counted(
            self,
            _Handler(self),
            loop=loop,
            hostname="stand-in.localhost",
            tls_context=tls,
            require_starttls=tls is not None,
            authenticator=self.authenticate if self._user else None,
            auth_required=self._user is not None,
            auth_require_tls=False,
            decode_data=False,
        )

    def _tls_context(self) -> ssl.SSLContext:
        assert self._certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._certificate)
        return context

    def listen_with(self) -> ssl.SSLContext | None:
        return self._tls_context() if self._implicit else None

    def count(self, change: int) -> None:
        """One connection more or less."""
        self.open += change
        self.most_at_once = max(self.most_at_once, self.open)

    def keep(self, accepted: Accepted) -> None:
        """Record, on disk as well when asked: it must outlive a killed test."""
        with self._lock:
            self.accepted.append(accepted)
            if self._ledger is not None:
                line = json.dumps([accepted.sender, accepted.recipient])
                with self._ledger.open("a") as file:
                    file.write(line + "\n")
                    file.flush()
                    os.fsync(file.fileno())

    @property
    def rules(self) -> Misbehaviour:
        return self._misbehave


class _Counted(SMTP):
    def __init__(self, stand_in: SmtpStandIn, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._stand_in = stand_in
        self._is_open = False
        self.is_one_too_many = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._is_open:  # STARTTLS makes it a second time
            self._is_open = True
            self._stand_in.count(1)
            most = self._stand_in.rules.most_connections
            self.is_one_too_many = most is not None and self._stand_in.open > most
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._is_open:
            self._is_open = False
            self._stand_in.count(-1)
        super().connection_lost(error)


class _Controller(Controller):
    def __init__(self, stand_in: SmtpStandIn, **arguments: Any) -> None:
        self._stand_in = stand_in
        super().__init__(
            _Handler(stand_in), ssl_context=stand_in.listen_with(), **arguments
        )

    def factory(self) -> SMTP:
        return self._stand_in.make_server(self.loop)

    def _trigger_server(self) -> None:
        """Connects once, to the port the system chose instead of our 0."""
        self.port = self._stand_in.port
        super()._trigger_server()


@dataclass
class _Handler:
    stand_in: SmtpStandIn
    taken: int = 0
    seen: list[str] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802 - the library's name
        self,
        server: SMTP,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        offers: list[str],
    ) -> list[str]:
        assert isinstance(server, _Counted)
        if server.is_one_too_many:
            self.stand_in.turned_away += 1
            asyncio.get_running_loop().call_later(0.01, _close, server)
            return ["421 4.7.0 Too many connections"]
        session.host_name = hostname
        return offers

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        rules = self.stand_in.rules
        if rules.hang_up_after is not None and self.taken >= rules.hang_up_after:
            asyncio.get_running_loop().call_later(0.01, _close, server)
            return "421 4.7.0 Enough for one connection"
        if reply := rules.at_mail(address):
            return _said(server, reply)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if reply := self.stand_in.rules.at_rcpt(address):
            return _said(server, reply)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        rules, (address,) = self.stand_in.rules, envelope.rcpt_tos
        if rules.lose_before_answer(address):
            _close(server)
            return "451 4.3.0 Nobody hears this"
        if reply := rules.at_data(address):
            return _said(server, reply)
        mail = envelope.content
        assert isinstance(mail, bytes)
        self.stand_in.keep(Accepted(envelope.mail_from or "", address, mail))
        self.taken += 1
        if rules.answer_seconds:
            await asyncio.sleep(rules.answer_seconds)
        if rules.take_and_hang_up(address):
            _close(server)
        return f"250 2.0.0 Ok: queued as {len(self.stand_in.accepted)}"


def _said(server: SMTP, reply: str) -> str:
    """421 means that the server closes, so it does."""
    if reply.startswith("421"):
        asyncio.get_running_loop().call_later(0.01, _close, server)
    return reply


def _close(server: SMTP) -> None:
    if server.transport is not None:
        server.transport.abort()


def misbehave(**rules: Any) -> Misbehaviour:
    return Misbehaviour(**rules)


def for_address(address: str, reply: str) -> Rule:
    """Answers ``reply`` about one address and behaves about all others."""
    return lambda asked: reply if address in asked else None


def for_everyone(reply: str) -> Rule:
    return lambda _asked: reply
