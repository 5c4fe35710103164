"""CSV as it really comes: lines in, records out, a broken one costs itself alone.

The csv module would let one quote that is never closed swallow the rest of the file;
here that line is refused and reading goes on with the next.
"""

import csv
from collections import deque
from collections.abc import Callable, Iterator
from typing import TextIO, TypeAlias

LINE_MOST = 1_000_000  # characters; a longer one is not a reader
RECORD_MOST = 64_000  # characters of a record that runs over several lines
RECORD_LINES_MOST = 20

TOO_LONG = f"This line is longer than {LINE_MOST:,} characters."
NEVER_CLOSED = "A quote on this line is never closed."
UNREADABLE = "The quotes or line breaks on this line do not follow the rules of CSV."

Line: TypeAlias = tuple[int, str | None]  # None: longer than LINE_MOST
Foreign: TypeAlias = Callable[[str], str | None]
Record: TypeAlias = tuple[int, list[str] | str]  # a str: why it could not be read


def lines(text: TextIO) -> Iterator[Line]:
    """Each line with its number; only the beginning of an endless one is held."""
    number = 0
    while line := text.readline(LINE_MOST):
        number += 1
        if len(line) < LINE_MOST or line[-1] in "\r\n":
            yield number, line
            continue
        while (rest := text.readline(LINE_MOST)) and rest[-1] not in "\r\n":
            pass
        yield number, None


def records(
    source: Iterator[Line], delimiter: str, foreign: Foreign | None = None
) -> Iterator[Record]:
    """Each record with the number of its first line; empty lines are none.

    ``foreign`` says what is wrong with the letters of a text, None when nothing is.
    """
    # Lines that were looked at for a closing quote and turned out their own.
    ahead: deque[Line] = deque()

    def following() -> Line | None:
        return ahead.popleft() if ahead else next(source, None)

    while (numbered := following()) is not None:
        number, line = numbered
        if line is None:
            yield number, TOO_LONG
            continue
        if '"' not in line:
            read: list[str] | str = line.rstrip("\r\n").split(delimiter)
        else:
            read, line, extra = _over_lines(line, following, delimiter)
            ahead.extendleft(reversed(extra))
        if foreign is not None and (why := foreign(line)):
            yield number, why
        elif any(read):
            yield number, read


def split(line: str, delimiter: str) -> list[str] | None:
    """The fields of one line; None when a quote in it stays open."""
    return _parse(line, delimiter, strict=False)


def _over_lines(
    line: str, following: Callable[[], Line | None], delimiter: str
) -> tuple[list[str] | str, str, list[Line]]:
    """Read a record that may run on: it, its text, and what was read in vain."""
    extra: list[Line] = []
    text = line
    try:
        fields = _parse(line, delimiter, strict=False)
        while fields is None:
            if len(extra) == RECORD_LINES_MOST or len(text) > RECORD_MOST:
                return NEVER_CLOSED, line, extra
            numbered = following()
            if numbered is None:
                return NEVER_CLOSED, line, extra
            extra.append(numbered)
            if numbered[1] is None:
                return NEVER_CLOSED, line, extra
            text += numbered[1]
            # Strictly: a quote that opens the next line's field must not count as
            # the one that closes this line's.
            fields = _parse(text, delimiter, strict=True)
    except csv.Error:
        return (NEVER_CLOSED if extra else UNREADABLE), line, extra
    return fields, text, []


def _parse(text: str, delimiter: str, *, strict: bool) -> list[str] | None:
    # A record that is complete leaves the second line to itself.
    try:
        read = list(csv.reader([text, "x"], delimiter=delimiter, strict=strict))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
        raise
    return read[0] if len(read) == 2 else None
