"""Settings: one frozen value from the environment, all problems reported at once.

``.env`` in the working directory is read if present; the environment wins.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from database.urls import is_database_url, is_sqlite, sqlite_url
from newsletter.errors import NewsletterError
from newsletter.pace import Pace, read_pace
from subscribers.addresses import BadAddress, normalise

PROVIDER_NAMES = ("outbox", "smtp", "sendgrid")
BROKER_SCHEMES = ("amqp", "amqps", "redis", "rediss")


class SettingsError(NewsletterError):
    """One sentence naming every setting that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("Settings: " + " ".join(problems))
        self.problems = problems


class HomeMissing(NewsletterError):
    def __init__(self, home: Path) -> None:
        super().__init__(
            f"There is no Buurtpost home at {home}. Make it with "
            "`buurtpost db upgrade`, or set BUURTPOST_HOME to the one you have."
        )


class KeyMissing(NewsletterError):
    """Without a key anybody could sign."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"There is no signing key in {file}. Put the one you had back; "
            "`buurtpost db upgrade` makes a new one, and then links in older mails "
            "open no more."
        )


@dataclass(frozen=True)
class SoftBounces:
    """When soft bounces suppress an address: ``most`` of them within ``days``."""

    most: int
    days: int


@dataclass(frozen=True)
class Settings:
    """Every field is named in the README's table; ``environment`` is for providers."""

    home: Path  # database, outbox, media, journals, keys
    database_url: str
    base_url: str  # absolute links in mail; no slash at the end
    provider: str  # one of PROVIDER_NAMES
    broker_url: str | None  # None: workers find due work by themselves
    chunk_size: int  # recipients per chunk or request, 1..1000
    reply_to: str | None  # None: the list's From
    feedback_sender_id: str  # SenderId of Feedback-ID: 5..15 characters
    pending_days: int  # an unconfirmed sign-up is forgotten after these
    soft_bounces: SoftBounces  # when an address that keeps bouncing is suppressed
    pace: Pace  # rates, retries and sending hours
    timezone: ZoneInfo  # the organisation's: schedules and dates in mail
    approvals: int  # how many other people must approve before a start
    fetch_allow: tuple[str, ...]  # private networks links may be fetched from
    trusted_proxies: int  # proxies in front of the web server
    secret_keys: tuple[str, ...]  # from the environment; empty: the one in HOME
    environment: Mapping[str, str]  # what a provider reads its own settings from

    @property
    def outbox(self) -> Path:
        return self.home / "outbox"

    @property
    def media(self) -> Path:
        return self.home / "media"

    @property
    def journals(self) -> Path:
        return self.home / "journals"

    def require_home(self) -> None:
        """Raise HomeMissing unless ``db upgrade`` or ``demo`` made the home."""
        if not self.home.is_dir():
            raise HomeMissing(self.home)

    def make_home(self) -> None:
        """Create the home and its signing key; what exists is left alone.

        Readers' data lies in it: nobody else on the machine may look.
        """
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.outbox, self.media, self.journals):
            folder.mkdir(exist_ok=True)
        if not self.secret_keys and not self._own_key():
            self._key_file.touch(mode=0o600)
            self._key_file.write_text(secrets.token_urlsafe(32) + "\n")

    def signing_keys(self) -> tuple[bytes, ...]:
        """The keys links are signed with: the first signs, all verify.

        Raises KeyMissing.
        """
        if self.secret_keys:
            return tuple(key.encode() for key in self.secret_keys)
        own = self._own_key()
        if not own:
            raise KeyMissing(self._key_file)
        return (own.encode(),)

    def _own_key(self) -> str:
        """The one in the home; "" when it is not there, or was never written."""
        return self._key_file.read_text().strip() if self._key_file.exists() else ""

    @property
    def _key_file(self) -> Path:
        return self.home / "secret.key"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Check the environment and return the settings; raise SettingsError once."""
    problems: list[str] = []
    home = Path(environment.get("BUURTPOST_HOME") or "var")
    database_url = environment.get("BUURTPOST_DATABASE_URL") or sqlite_url(
        home.absolute() / "buurtpost.sqlite"
    )
    if not is_database_url(database_url):
        # Never repeated: it may hold a password.
        problems.append(
            "BUURTPOST_DATABASE_URL must be sqlite:/// with a file's path, or "
            "postgresql://user:password@host/name."
        )
    base_url = (
        environment.get("BUURTPOST_BASE_URL") or "http://127.0.0.1:8000"
    ).rstrip("/")
    if not _is_base_url(base_url):
        problems.append(
            "BUURTPOST_BASE_URL must be a web address such as "
            f"https://post.example.nl, not {base_url!r}."
        )
    provider = environment.get("BUURTPOST_PROVIDER") or "outbox"
    if provider not in PROVIDER_NAMES:
        problems.append(
            f"BUURTPOST_PROVIDER must be one of {', '.join(PROVIDER_NAMES)}, "
            f"not {provider!r}."
        )
    feedback = environment.get("BUURTPOST_FEEDBACK_SENDER_ID") or "buurtpost"
    if not 5 <= len(feedback) <= 15 or ":" in feedback or not feedback.isascii():
        problems.append(
            "BUURTPOST_FEEDBACK_SENDER_ID must have 5 to 15 characters and no colon."
        )
    settings = Settings(
        home=home,
        database_url=database_url,
        base_url=base_url,
        provider=provider,
        broker_url=_broker_url(environment, database_url, problems),
        chunk_size=_number(environment, "BUURTPOST_CHUNK", 500, 1, 1000, problems),
        reply_to=_reply_to(environment, problems),
        feedback_sender_id=feedback,
        pending_days=_number(
            environment, "BUURTPOST_PENDING_DAYS", 7, 1, 365, problems
        ),
        soft_bounces=_soft_bounces(environment, problems),
        pace=read_pace(environment, problems),
        timezone=_timezone(environment, problems),
        approvals=_number(environment, "BUURTPOST_APPROVALS", 0, 0, 20, problems),
        fetch_allow=_networks(environment, problems),
        trusted_proxies=_number(
            environment, "BUURTPOST_TRUSTED_PROXIES", 0, 0, 10, problems
        ),
        secret_keys=_list(environment, "BUURTPOST_SECRET_KEY"),
        environment=dict(environment),
    )
    if problems:
        raise SettingsError(problems)
    return settings


def _number(
    environment: Mapping[str, str],
    name: str,
    default: int,
    least: int,
    most: int,
    problems: list[str],
) -> int:
    text = environment.get(name) or str(default)
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return int(text)
    problems.append(f"{name} must be a number from {least} to {most}, not {text!r}.")
    return default


def _is_base_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # a bracket that is not closed, a port that is no number
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and port != 0
        # Paths are put behind it, so it can have no query or fragment of its own.
        and not re.search(r"[\s?#@<>\"]", text)
    )


def _broker_url(
    environment: Mapping[str, str], database_url: str, problems: list[str]
) -> str | None:
    text = environment.get("BUURTPOST_BROKER_URL")
    if not text:
        return None
    if not _is_broker_url(text):
        # Never repeated: it may hold a password.
        problems.append(
            "BUURTPOST_BROKER_URL must be amqp://user:password@host/ or "
            "redis://:password@host/0 (amqps and rediss with TLS)."
        )
    if is_sqlite(database_url):
        problems.append(
            "BUURTPOST_BROKER_URL is for several machines, and those share one "
            "PostgreSQL: set BUURTPOST_DATABASE_URL to it, or leave the broker out."
        )
    return text


def _is_broker_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:  # a bracket that is not closed, a port that is no number
        return False
    return parts.scheme in BROKER_SCHEMES and text.startswith(f"{parts.scheme}://")


def _reply_to(environment: Mapping[str, str], problems: list[str]) -> str | None:
    text = environment.get("BUURTPOST_REPLY_TO")
    if not text:
        return None
    try:
        return normalise(text)
    except BadAddress as error:
        problems.append(f"BUURTPOST_REPLY_TO: {error}")
        return None


def _networks(environment: Mapping[str, str], problems: list[str]) -> tuple[str, ...]:
    networks = _list(environment, "BUURTPOST_FETCH_ALLOW")
    for text in networks:
        try:
            ip_network(text, strict=False)
        except ValueError:
            problems.append(
                "BUURTPOST_FETCH_ALLOW must hold networks such as 127.0.0.0/8, "
                f"not {text!r}."
            )
    return networks


def _soft_bounces(environment: Mapping[str, str], problems: list[str]) -> SoftBounces:
    text = environment.get("BUURTPOST_SOFT_BOUNCES") or "5/7d"
    found = re.fullmatch(r"([1-9][0-9]{0,2})/([1-9][0-9]{0,2})d", text)
    if found is None:
        problems.append(
            "BUURTPOST_SOFT_BOUNCES must be a number of bounces in a number of days, "
            f"such as 5/7d, not {text!r}."
        )
        return SoftBounces(5, 7)
    return SoftBounces(int(found[1]), int(found[2]))


def _list(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(
        part.strip() for part in environment.get(name, "").split(",") if part.strip()
    )


def _timezone(environment: Mapping[str, str], problems: list[str]) -> ZoneInfo:
    name = environment.get("BUURTPOST_TIMEZONE") or "Europe/Amsterdam"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(
            f"BUURTPOST_TIMEZONE must be a name such as Europe/Amsterdam, not {name!r}."
        )
        return ZoneInfo("Europe/Amsterdam")
