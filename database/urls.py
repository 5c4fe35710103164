"""The database's URL, read without loading SQLAlchemy.

``sqlite:///file`` (four slashes for a path from the root) or
``postgresql://user:password@host/name``.
"""

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_SQLITE = "sqlite:///"
_POSTGRESQL = frozenset({"postgresql", "postgres", "postgresql+psycopg"})


def sqlite_url(path: Path) -> str:
    return f"{_SQLITE}{path}"


def is_database_url(text: str) -> bool:
    """Whether it names a database of a kind we keep readers in."""
    if text.startswith(_SQLITE):
        # In memory it would be another one for each connection.
        return sqlite_file(text) not in {"", ":memory:"}
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:  # a bracket that is not closed, a port that is no number
        return False
    return parts.scheme in _POSTGRESQL and bool(parts.path.strip("/"))


def is_sqlite(url: str) -> bool:
    return url.startswith(_SQLITE)


def sqlite_file(url: str) -> str:
    """The path in a SQLite URL."""
    return url.removeprefix(_SQLITE).partition("?")[0]


def for_libpq(url: str) -> str:
    """A PostgreSQL URL as PostgreSQL's own library reads it."""
    return urlunsplit(urlsplit(url)._replace(scheme="postgresql"))
