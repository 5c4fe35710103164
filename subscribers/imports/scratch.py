"""What an import must remember of every line, on disk: a million lines fit in a few MB.

A private SQLite file that is gone when it is closed; nothing of it outlives the run.
"""

import sqlite3
import struct
import weakref
from collections.abc import Iterator, Sequence

from subscribers.imports.errors import Refusal

_CACHE_KB = 16_000
_KEY = struct.Struct("q")
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

    def seen_before(self, rows: Sequence[tuple[bytes, int]]) -> dict[int, int]:
        """Lines whose address stood on an earlier one: that line, by theirs.

        ``rows`` are address hashes with their lines, in the order of the file.
        """
        # 64 bits of a keyed hash: two addresses in a file of a million share them
        # once in thirty million files.
        keys = [(_KEY.unpack_from(hashed)[0], line) for hashed, line in rows]
        before = self._database.total_changes
        self._database.executemany("insert or ignore into seen values (?, ?)", keys)
        if self._database.total_changes - before == len(keys):
            return {}
        query = "select line from seen where address = ?"
        firsts = (
            (line, self._database.execute(query, (key,)).fetchone()[0])
            for key, line in keys
        )
        return {line: first for line, first in firsts if first != line}

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
