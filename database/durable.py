"""Whether what is committed survives a power cut: asked before anything is sent.

A mail that went out and is forgotten goes out twice. So whatever sends asks the
database what it really does, and refuses to start when a commit may be lost.
"""

from collections.abc import Callable

# One statement with one value; its answer.
Ask = Callable[[str], object]

# synchronous is FULL or EXTRA. NORMAL in WAL mode keeps the file whole and yet may
# lose the last commits.
_SQLITE_KEEPS = frozenset({2, 3})
# "local", "remote_write", "remote_apply" and "on" differ in what they wait for on other
# servers: each waits for this one's own disk. "off" does not.
_POSTGRESQL_LOSES = "off"


class NotDurable(Exception):
    """Commits may be lost when the power fails: nothing is sent. One sentence."""


def require_durable(ask: Ask, *, is_postgresql: bool) -> str:
    """Raise NotDurable unless a commit is on the disk before it is answered.

    Returns a sentence that warns of what endangers more than commits; "" without one.
    """
    if is_postgresql:
        return _postgresql(ask)
    synchronous = ask("PRAGMA synchronous")
    if synchronous not in _SQLITE_KEEPS:
        raise NotDurable(
            "SQLite may forget what it committed when the power fails (PRAGMA "
            f"synchronous is {synchronous}, not 2), and people would be mailed twice: "
            "nothing is sent. Use an SQLite library that obeys PRAGMA synchronous=FULL."
        )
    return ""


def _postgresql(ask: Ask) -> str:
    if ask("SHOW synchronous_commit") == _POSTGRESQL_LOSES:
        # This one wins over the role's, the database's and postgresql.conf's.
        mend = ask(
            "SELECT 'ALTER ROLE ' || quote_ident(session_user) || ' IN DATABASE ' || "
            "quote_ident(current_database()) || ' SET synchronous_commit = on'"
        )
        raise NotDurable(
            "PostgreSQL may forget what it committed when the power fails "
            "(synchronous_commit is off), and people would be mailed twice: nothing is "
            f"sent. Run `{mend}` in psql, then start again."
        )
    if ask("SHOW fsync") == "off":
        return (
            "PostgreSQL runs with fsync = off: a power cut may destroy the database. "
            "Set fsync = on in postgresql.conf and reload it."
        )
    return ""
