"""Where returned mails lie: a file, a folder, a mailbox file, standard input."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from newsletter.providers.bounces.opening import MOST_BYTES

# The line a mail server puts before each mail of a mailbox file (mbox), and before one
# it pipes into a program.
_FROM_LINE = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]+\d{4}[^\r\n]*\r?\n")
# A mailbox file may hold years of bounces; beyond this it is not read into memory.
MOST_FILE_BYTES = 20 * MOST_BYTES


@dataclass(frozen=True)
class Returned:
    """One mail as it lay there; None for one too large to be read."""

    file: str
    raw: bytes | None


def returned_mails(path: Path) -> Iterator[Returned]:
    """The mails of a file, or of every file in a folder and its folders, by name.

    Raises OSError when the path itself cannot be read.
    """
    if not path.is_dir():
        yield from _of_file(path, str(path))
        return
    for found in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
        # A folder of a mail server holds more than mail: no links, pipes or indexes.
        if not hidden and not found.is_symlink() and found.is_file():
            yield from _of_file(found, str(found))


def mails_in(stream: BinaryIO, name: str) -> Iterator[Returned]:
    """The mails of a stream, which may be one mail or a mailbox file."""
    raw = stream.read(MOST_FILE_BYTES + 1)
    if len(raw) > MOST_FILE_BYTES:
        yield Returned(name, None)
        return
    for mail in _split(raw):
        yield Returned(name, mail)


def _of_file(path: Path, name: str) -> Iterator[Returned]:
    with path.open("rb") as stream:
        yield from mails_in(stream, name)


def _split(raw: bytes) -> list[bytes]:
    if not raw.startswith(b"From "):
        return [raw]
    return [mail for mail in _FROM_LINE.split(raw) if mail.strip()]
