"""SendGrid's own settings, each wrong one named with what it must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.providers.base import wrong_settings

DEFAULT_HOST = "https://api.sendgrid.com"
DEFAULT_CONNECTIONS = 4
MOST_CONNECTIONS = 32


@dataclass(frozen=True)
class Options:
    keys: tuple[str, ...]  # at least one; the first that works is used
    host: str  # scheme and host, no slash at the end
    connections: int  # requests under way at a time


def read_options(environment: Mapping[str, str]) -> Options:
    """Raises ProviderMisconfigured with a sentence."""
    return Options(
        keys=_keys(environment),
        host=_host(environment),
        connections=_connections(environment),
    )


def _keys(environment: Mapping[str, str]) -> tuple[str, ...]:
    texts = [key.strip() for key in environment.get("SENDGRID_API_KEY", "").split(",")]
    keys = tuple(key for key in texts if key)
    if not keys:
        raise wrong_settings(
            "SENDGRID_API_KEY is not set; BUURTPOST_PROVIDER=sendgrid "
            "needs a key that may send mail."
        )
    if not all(key.isascii() and key.isprintable() for key in keys):
        raise wrong_settings(
            "SENDGRID_API_KEY holds a character that no key has; copy it "
            "again from SendGrid."
        )
    return keys


def _host(environment: Mapping[str, str]) -> str:
    host = (environment.get("SENDGRID_HOST") or DEFAULT_HOST).rstrip("/")
    if not _is_host(host):
        raise wrong_settings(
            "SENDGRID_HOST must begin with https:// and a host, such as "
            f"{DEFAULT_HOST}, not {host!r}."
        )
    return host


def _is_host(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # a bracket that is not closed, a port that is no number
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0


def _connections(environment: Mapping[str, str]) -> int:
    text = environment.get("SENDGRID_CONNECTIONS") or str(DEFAULT_CONNECTIONS)
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_CONNECTIONS:
        return int(text)
    raise wrong_settings(
        f"SENDGRID_CONNECTIONS must be a number from 1 to {MOST_CONNECTIONS},"
        f" not {text!r}."
    )
