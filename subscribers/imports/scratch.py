"""What an import must remember of every line, on disk: a million lines fit in a few MB.

A private SQLite file that is gone when it is closed; nothing of it outlives the run.
"""

import sqlite3
import weakref
from collections.abc import Iterator

from subscribers.imports.errors import Refusal

_CACHE_KB = 16_000
_SCHEMA = """
pragma journal_mode = off;
pragma synchronous = off;
pragma temp_store = file;
create table seen (address integer primary key, line integer not null);
create table refused (line integer, "column" text, value text, reason text);
begin;
"""


class Scratch:
    """Which address stood on which line, and which lines were refused."""

    def __init__(self) -> None:
        # The empty name: a file of its own that SQLite removes.
        self._database = sqlite3.connect("", isolation_level=None)
        weakref.finalize(self, self._database.close)
        self._database.execute(f"pragma cache_size = -{_CACHE_KB}")
        self._database.executescript(_SCHEMA)
        self._refused = 0

    def first_line(self, address_hash: bytes, line: int) -> int | None:
        """The earlier line with this address; None when this is the first."""
        # 64 bits of a keyed hash: two addresses in a file of a million share them
        # once in thirty million files.
        key = int.from_bytes(address_hash[:8], signed=True)
        added = self._database.execute(
            "insert or ignore into seen values (?, ?)", (key, line)
        )
        if added.rowcount:
            return None
        found = self._database.execute(
            "select line from seen where address = ?", (key,)
        )
        first: int = found.fetchone()[0]
        return first

    def refuse(self, refusal: Refusal) -> None:
        self._refused += 1
        self._database.execute(
            "insert into refused values (?, ?, ?, ?)",
            (refusal.line, refusal.column, _text(refusal.value), _text(refusal.reason)),
        )

    def __len__(self) -> int:
        """How many lines were refused."""
        return self._refused

    def __iter__(self) -> Iterator[Refusal]:
        """The refused lines in the order of the file."""
        query = 'select line, "column", value, reason from refused order by line, rowid'
        for values in self._database.execute(query):
            yield Refusal(*values)


def _text(text: str) -> str:
    # Half a character (a lone surrogate) cannot be kept as UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")
