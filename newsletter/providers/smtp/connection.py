"""One SMTP conversation, and what each answer means.

smtplib speaks the commands; the order of *marking* and the last dot is ours, because
only the dot lets the server take a mail.
"""

import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from newsletter.providers.base import ProviderBusy, ProviderMisconfigured
from newsletter.providers.smtp.address import Relay, Tls
from newsletter.providers.wording import answer_of

WAIT_SECONDS = 60.0  # before a relay that would not talk is tried again
# 530: authenticate first; 534, 535: these credentials will not do.
KEY_REFUSED: Final = frozenset({530, 534, 535})


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for the relay in each phase (RFC 5321 4.5.3.2)."""

    connect: float = 30
    command: float = 300
    # Less than ten minutes makes doubles: the server may have taken the mail.
    dot: float = 600


class Outcome(Enum):
    ACCEPTED = auto()
    REFUSED = auto()  # 5xx: never, for this recipient
    LATER = auto()  # 4xx, or lost before the dot: certainly not taken
    DOUBT = auto()  # lost after the dot
    STOPPED = auto()  # told to stop before the dot: not taken, not tried
    LOST = auto()  # the relay hung up before it heard of this recipient


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    words: str = ""
    usable: bool = True  # whether the connection can carry another mail


class Connection:
    """A relay that greeted us, speaks TLS as asked and knows who we are."""

    def __init__(self, relay: Relay, *, name: str, patience: Patience) -> None:
        """Connect. Raises ProviderBusy or ProviderMisconfigured."""
        self._patience = patience
        self._relay = relay
        self._smtp = self._open(name)

    def deliver(
        self, sender: str, address: str, mail: bytes, *, before_dot: Callable[[], bool]
    ) -> Answer:
        """Hand one mail over. ``before_dot`` is asked, and told, just before it is.

        Raises ProviderMisconfigured when the relay does not want *us*.
        """
        try:
            answer = self._up_to_the_dot(sender, address, mail)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self.abandon()
            words = f"The connection was lost before the mail was sent: {error}"
            return Answer(Outcome.LATER, answer_of(words), usable=False)
        except ProviderMisconfigured:
            self.abandon()
            raise
        if answer is not None:
            return answer
        try:
            go_on = before_dot()
        except BaseException:
            # A journal that cannot be written: the mail must not go out unmarked.
            self.abandon()
            raise
        if not go_on:
            self.abandon()
            return Answer(Outcome.STOPPED, usable=False)
        return self._dot()

    def close(self) -> None:
        """Say goodbye; whether the relay answers is not of interest."""
        try:
            self._timeout(5)
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self.abandon()

    def abandon(self) -> None:
        """Hang up in the middle: what has no dot is no mail."""
        self._smtp.close()

    def _up_to_the_dot(self, sender: str, address: str, mail: bytes) -> Answer | None:
        """None when the relay waits for the dot."""
        self._timeout(self._patience.command)
        try:
            code, words = self._smtp.mail(sender)
        except (OSError, smtplib.SMTPServerDisconnected):
            # Idle connections are closed; nothing was said about this recipient.
            self.abandon()
            return Answer(Outcome.LOST, usable=False)
        if code == 421:
            self.abandon()
            return Answer(Outcome.LOST, _said(code, words), usable=False)
        if code >= 500:
            raise ProviderMisconfigured(
                f"The mail server {self._relay} does not let us send: "
                f"{_said(code, words)!r}. Check BUURTPOST_SMTP_URL and that the "
                "server may send for the From address and BUURTPOST_BOUNCE_DOMAIN."
            )
        if code != 250:
            return self._no(code, words)
        code, words = self._smtp.rcpt(address)
        if code not in {250, 251}:
            return self._no(code, words)
        code, words = self._smtp.docmd("DATA")
        if code != 354:
            return self._no(code, words)
        self._smtp.send(_stuffed(mail))
        return None

    def _dot(self) -> Answer:
        try:
            self._timeout(self._patience.dot)
            self._smtp.send(b".\r\n")
            code, words = self._smtp.getreply()
        except (OSError, smtplib.SMTPException):
            self.abandon()
            return Answer(Outcome.DOUBT, usable=False)
        if 200 <= code < 300:
            return Answer(Outcome.ACCEPTED, _said(code, words))
        if code in KEY_REFUSED:
            # The next MAIL will be told so too, and pauses the mailing; this one was
            # handed over, so it needs an answer of its own.
            self.abandon()
            return Answer(Outcome.LATER, _said(code, words), usable=False)
        return self._no(code, words)

    def _no(self, code: int, words: bytes) -> Answer:
        if code in KEY_REFUSED:
            raise _key_refused(self._relay, code, words)
        said = _said(code, words)
        outcome = Outcome.REFUSED if code >= 500 else Outcome.LATER
        if code == 421:
            self.abandon()
            return Answer(outcome, said, usable=False)
        try:
            self._timeout(self._patience.command)
            usable = self._smtp.docmd("RSET")[0] == 250
        except (OSError, smtplib.SMTPServerDisconnected):
            usable = False
        if not usable:
            self.abandon()
        return Answer(outcome, said, usable=usable)

    def _timeout(self, seconds: float) -> None:
        if self._smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("not connected")
        self._smtp.sock.settimeout(seconds)

    def _open(self, name: str) -> smtplib.SMTP:
        relay = self._relay
        try:
            smtp = self._greet(name)
        except ssl.SSLCertVerificationError as error:
            raise ProviderMisconfigured(
                f"The certificate of the mail server {relay} is not trusted: "
                f"{error.verify_message}. Mend it, or name its authority with "
                "ca=FILE in BUURTPOST_SMTP_URL."
            ) from error
        except smtplib.SMTPResponseException as error:
            raise self._unwelcome(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise ProviderMisconfigured(
                f"The mail server {relay} does not offer what BUURTPOST_SMTP_URL asks "
                f"for: {error}. For a relay on this machine tls=none may be right."
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise ProviderBusy(
                f"The mail server {relay} cannot be reached: {answer_of(str(error))}",
                seconds=WAIT_SECONDS,
            ) from error
        return smtp

    def _greet(self, name: str) -> smtplib.SMTP:
        relay, context = self._relay, _context(self._relay)
        smtp: smtplib.SMTP
        if relay.tls is Tls.IMPLICIT:
            smtp = smtplib.SMTP_SSL(
                timeout=self._patience.connect, local_hostname=name, context=context
            )
        else:
            smtp = smtplib.SMTP(timeout=self._patience.connect, local_hostname=name)
        # smtplib checks the certificate against the name it was *constructed* with,
        # and constructing with a name connects at once, out of reach of close().
        smtp._host = relay.host  # type: ignore[attr-defined]
        try:
            code, words = smtp.connect(relay.host, relay.port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, words)
            if smtp.sock is not None:
                # The body and the dot are two writes; Nagle would hold the dot back
                # until the body is acknowledged, 40 ms a mail.
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            smtp.ehlo_or_helo_if_needed()
            if relay.tls is Tls.STARTTLS:
                smtp.starttls(context=context)
                smtp.ehlo_or_helo_if_needed()
            if relay.user is not None:
                smtp.login(relay.user, relay.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _unwelcome(
        self, code: int, words: bytes | str
    ) -> ProviderBusy | ProviderMisconfigured:
        if code in KEY_REFUSED:
            return _key_refused(self._relay, code, words)
        said = (
            f"The mail server {self._relay} does not let us in: {_said(code, words)!r}."
        )
        if 500 <= code < 600:
            return ProviderMisconfigured(f"{said} Check BUURTPOST_SMTP_URL.")
        return ProviderBusy(said, seconds=WAIT_SECONDS)


def _key_refused(relay: Relay, code: int, words: bytes | str) -> ProviderMisconfigured:
    return ProviderMisconfigured(
        f"The mail server {relay} refuses the user or password: "
        f"{_said(code, words)!r}. Correct them in BUURTPOST_SMTP_URL, then resume."
    )


def _said(code: int, words: bytes | str) -> str:
    return f"{code} {answer_of(words)}"


def _stuffed(mail: bytes) -> bytes:
    """Dots at the start of a line doubled (RFC 5321 4.5.2); the mail ends in CRLF."""
    stuffed = mail.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if mail.startswith(b".") else stuffed


def _context(relay: Relay) -> ssl.SSLContext:
    """Certificate and host name checked, always."""
    return ssl.create_default_context(cafile=str(relay.ca) if relay.ca else None)
