"""BUURTPOST_BASE_URL: a mail program must be able to reach the link to leave."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from newsletter.preflight.findings import Finding, Level, Words
from newsletter.preflight.looking import Looking
from newsletter.providers.smtp.address import is_loopback

NOT_HTTPS: Words = {
    "nl": "BUURTPOST_BASE_URL is {url}. Mail gaat alleen uit met https://, anders "
    "werkt afmelden met één klik niet (RFC 8058). Zet er een adres met https:// in.",
    "en": "BUURTPOST_BASE_URL is {url}. Mail only goes out with https://, or leaving "
    "with one click does not work (RFC 8058). Give it an address with https://.",
}
LOOPBACK: Words = {
    "nl": "BUURTPOST_BASE_URL is {url}. Alleen deze computer kan die links openen.",
    "en": "BUURTPOST_BASE_URL is {url}. Only this computer can open those links.",
}


def check_base_url(looking: Looking) -> Iterator[Finding]:
    settings = looking.settings
    parts = urlsplit(settings.base_url)
    if settings.provider == "outbox":
        return
    if is_loopback(parts.hostname or ""):
        yield looking.finding(
            "base-url", Level.WARNING, LOOPBACK, url=settings.base_url
        )
    elif parts.scheme != "https":
        yield looking.finding(
            "base-url", Level.BLOCKING, NOT_HTTPS, url=settings.base_url
        )
