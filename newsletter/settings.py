"""Settings: one frozen value from the environment, all problems reported at once.

``.env`` in the working directory is read if present; the environment wins.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from database.session import sqlite_url
from newsletter.errors import NewsletterError

PROVIDER_NAMES = ("outbox", "smtp", "sendgrid")
DATABASE_SCHEMES = ("sqlite", "postgresql", "postgres", "postgresql+psycopg")


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


@dataclass(frozen=True)
class Settings:
    """Every field is named in the README's table; ``environment`` is for providers."""

    home: Path  # database, outbox, media, journals, keys
    database_url: str
    base_url: str  # absolute links in mail; no slash at the end
    provider: str  # one of PROVIDER_NAMES
    chunk_size: int  # recipients per chunk or request, 1..1000
    reply_to: str | None  # None: the list's From
    feedback_sender_id: str  # SenderId of Feedback-ID: 5..15 characters
    pending_days: int  # an unconfirmed sign-up is forgotten after these
    timezone: ZoneInfo  # the organisation's: schedules and dates in mail
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
        """Create the home and its signing key; what exists is left alone."""
        for folder in (self.home, self.outbox, self.media, self.journals):
            folder.mkdir(parents=True, exist_ok=True)
        if not self.secret_keys and not self._key_file.exists():
            self._key_file.touch(mode=0o600)
            self._key_file.write_text(secrets.token_urlsafe(32) + "\n")

    def signing_keys(self) -> tuple[bytes, ...]:
        """The keys links are signed with: the first signs, all verify."""
        if self.secret_keys:
            return tuple(key.encode() for key in self.secret_keys)
        if not self._key_file.exists():
            raise HomeMissing(self.home)
        return (self._key_file.read_text().strip().encode(),)

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
    if urlsplit(database_url).scheme not in DATABASE_SCHEMES:
        problems.append(
            "BUURTPOST_DATABASE_URL must begin with sqlite:/// or postgresql://."
        )
    base_url = (environment.get("BUURTPOST_BASE_URL") or "http://127.0.0.1:8000").rstrip(
        "/"
    )
    if urlsplit(base_url).scheme not in {"http", "https"} or not urlsplit(base_url).netloc:
        problems.append(
            f"BUURTPOST_BASE_URL must be a web address such as https://post.example.nl, "
            f"not {base_url!r}."
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
        chunk_size=_number(environment, "BUURTPOST_CHUNK", 500, 1, 1000, problems),
        reply_to=environment.get("BUURTPOST_REPLY_TO") or None,
        feedback_sender_id=feedback,
        pending_days=_number(environment, "BUURTPOST_PENDING_DAYS", 7, 1, 365, problems),
        timezone=_timezone(environment, problems),
        fetch_allow=_list(environment, "BUURTPOST_FETCH_ALLOW"),
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
