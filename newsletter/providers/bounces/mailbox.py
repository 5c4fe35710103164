"""A bounce mailbox by IMAP: ``BUURTPOST_BOUNCE_MAILBOX_URL``.

Unread mails are read, given away one by one and then marked as read, never deleted: a
process that dies in between reads one again, and the same report counts once.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from newsletter.errors import NewsletterError
from newsletter.providers.bounces.files import Returned
from newsletter.providers.bounces.opening import MOST_BYTES
from newsletter.providers.smtp.address import is_loopback

SETTING = "BUURTPOST_BOUNCE_MAILBOX_URL"
PATIENCE_SECONDS = 60
_PORTS = {"imap": 143, "imaps": 993}
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxTrouble(NewsletterError):
    """The mailbox is not set, cannot be reached or refuses us."""


@dataclass(frozen=True)
class Mailbox:
    """Which mailbox. The password is never shown."""

    host: str
    port: int
    is_tls: bool
    user: str
    password: str = field(repr=False)
    folder: str

    def __str__(self) -> str:
        return f"{self.folder} on {self.host}:{self.port}"


def read_mailbox(environment: Mapping[str, str]) -> Mailbox:
    """The mailbox of the settings. Raises MailboxTrouble with a sentence."""
    url = environment.get(SETTING, "")
    if not url:
        raise _wrong(
            "is not set. It must be an address such as "
            "imaps://user:password@mail.example.nl/INBOX"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _wrong("has a port that is not a number from 1 to 65535") from error
    if parts.scheme not in _PORTS or not parts.hostname or not parts.username:
        raise _wrong("must be imaps:// with a user, a password and a host")
    if parts.scheme == "imap" and not is_loopback(parts.hostname):
        raise _wrong(
            "would send the password in clear text. Use imaps://, or imap:// on this "
            "machine itself"
        )
    return Mailbox(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        is_tls=parts.scheme == "imaps",
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )


def unread(mailbox: Mailbox) -> Iterator[Returned]:
    """Every unread mail; each is marked as read when the next one is asked for.

    Raises MailboxTrouble.
    """
    with _trouble(mailbox), _connected(mailbox) as connection:
        _login(connection, mailbox)
        for uid in _search(connection):
            yield Returned(f"{mailbox.folder}/{uid}", _fetch(connection, uid))
            connection.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")


def _login(connection: imaplib.IMAP4, mailbox: Mailbox) -> None:
    connection.login(mailbox.user, mailbox.password)
    folder = mailbox.folder.replace("\\", "\\\\").replace('"', '\\"')
    answer, _ = connection.select(f'"{folder}"')
    if answer != "OK":
        raise MailboxTrouble(
            f"There is no folder {mailbox.folder!r} on {mailbox.host}. Name another "
            f"one at the end of {SETTING}."
        )


def _search(connection: imaplib.IMAP4) -> list[str]:
    _, found = connection.uid("SEARCH", "UNSEEN", "UNDELETED")
    return [uid.decode("ascii") for uid in (found[0] or b"").split()]


def _fetch(connection: imaplib.IMAP4, uid: str) -> bytes | None:
    """The mail, or None when it is too large to be one that came back."""
    _, sizes = connection.uid("FETCH", uid, "(RFC822.SIZE)")
    size = _SIZE.search(_line(sizes))
    if size is None or int(size[1]) > MOST_BYTES:
        return None
    _, found = connection.uid("FETCH", uid, "(BODY.PEEK[])")
    for part in found:
        if isinstance(part, tuple):
            raw = part[1]
            return raw if isinstance(raw, bytes) else None
    return None


def _line(answer: list[object]) -> bytes:
    first = answer[0] if answer else b""
    return first if isinstance(first, bytes) else b""


@contextmanager
def _connected(mailbox: Mailbox) -> Iterator[imaplib.IMAP4]:
    where = (mailbox.host, mailbox.port)
    connection: imaplib.IMAP4 = (
        imaplib.IMAP4_SSL(
            *where,
            ssl_context=ssl.create_default_context(),
            timeout=PATIENCE_SECONDS,
        )
        if mailbox.is_tls
        else imaplib.IMAP4(*where, timeout=PATIENCE_SECONDS)
    )
    try:
        yield connection
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            connection.logout()


@contextmanager
def _trouble(mailbox: Mailbox) -> Iterator[None]:
    try:
        yield
    except imaplib.IMAP4.error as error:
        # Its words may hold what we sent, the password among it.
        raise MailboxTrouble(
            f"The mailbox {mailbox} refused us. Check the user, the password and the "
            f"folder in {SETTING}."
        ) from error
    except OSError as error:
        raise MailboxTrouble(
            f"The mailbox {mailbox} cannot be reached "
            f"({error.strerror or type(error).__name__}). Check {SETTING}, and that "
            "the server runs."
        ) from error


def _wrong(what: str) -> MailboxTrouble:
    return MailboxTrouble(f"Settings: {SETTING} {what}.")
