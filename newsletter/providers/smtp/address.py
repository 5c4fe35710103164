"""``BUURTPOST_SMTP_URL`` read and checked: which relay, and how to speak to it."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from newsletter.providers.base import ProviderMisconfigured, wrong_settings

MOST_CONNECTIONS = 100
_PORTS = {"smtp": 587, "smtps": 465}
_KNOWN = ("tls", "connections", "ca")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


class Tls(StrEnum):
    STARTTLS = "starttls"  # clear text until the server agreed, then nothing else
    IMPLICIT = "implicit"  # TLS from the first byte (smtps://)
    NONE = "none"  # clear text; must be asked for


@dataclass(frozen=True)
class Relay:
    """One relay. Passwords never leave this value: ``str`` and ``repr`` hide it."""

    host: str
    port: int
    tls: Tls
    user: str | None
    password: str
    connections: int
    ca: Path | None  # trusted instead of the system's authorities

    def __repr__(self) -> str:
        return f"Relay({self})"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def read_relay(environment: Mapping[str, str]) -> Relay:
    """The relay of the settings; raises ProviderMisconfigured with one sentence."""
    url = environment.get("BUURTPOST_SMTP_URL", "")
    if not url:
        raise _wrong(
            "is not set. With BUURTPOST_PROVIDER=smtp it must be an address such as "
            "smtp://user:password@mail.example.nl:587"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _wrong("has a port that is not a number from 1 to 65535") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _wrong("must begin with smtp:// or smtps:// and a host")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := [name for name in query if name not in _KNOWN]:
        raise _wrong(f"has an unknown {unknown[0]!r}; it may have {', '.join(_KNOWN)}")
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password or "")
    if not f"{user or ''}{password}".isascii():
        # smtplib encodes both as ASCII, and servers do not agree on anything else.
        raise _wrong("has a user or password with a letter outside ASCII")
    tls = _tls(parts.scheme, query.get("tls"))
    if tls is Tls.NONE and user is not None and not is_loopback(parts.hostname):
        raise _wrong(
            "would send a password in clear text; leave tls=none out, or leave the "
            "user out"
        )
    return Relay(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=tls,
        user=user,
        password=password,
        connections=_connections(query.get("connections", "8")),
        ca=_ca(query.get("ca")),
    )


def read_bounce_domain(environment: Mapping[str, str]) -> str | None:
    """The domain bounces return to; None: that of From."""
    domain = environment.get("BUURTPOST_BOUNCE_DOMAIN", "").strip().lower()
    if not domain:
        return None
    if not _DOMAIN.fullmatch(domain):
        raise wrong_settings(
            "BUURTPOST_BOUNCE_DOMAIN must be a domain such as "
            f"bounces.example.nl, not {domain!r}."
        )
    return domain


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine, by its name or number alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _tls(scheme: str, asked: str | None) -> Tls:
    if scheme == "smtps":
        if asked is not None:
            raise _wrong("has tls= beside smtps://, which is TLS from the first byte")
        return Tls.IMPLICIT
    if asked in {None, "starttls"}:
        return Tls.STARTTLS
    if asked == "none":
        return Tls.NONE
    raise _wrong(f"has tls={asked}; it may be starttls or none")


def _connections(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_CONNECTIONS:
        return int(text)
    raise _wrong(
        f"has connections={text}; it may be a number from 1 to {MOST_CONNECTIONS}"
    )


def _ca(text: str | None) -> Path | None:

    if not text:
        return None
    path = Path(text)
    if not path.is_file():
        raise _wrong(f"names the certificate file {text!r}, which is not there")
    return path


def _wrong(what: str) -> ProviderMisconfigured:
    return wrong_settings(f"BUURTPOST_SMTP_URL {what}.")
