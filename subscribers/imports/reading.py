"""Open a file of readers, whatever wrote it: encoding, separator, header."""

import codecs
import csv
import io
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn

from subscribers.imports import lines
from subscribers.imports.encodings import (
    UTF_8,
    UTF_16,
    Encoding,
    decodes,
    of_most_lines,
)
from subscribers.imports.errors import BadFile
from subscribers.typed import shown

DELIMITERS = (",", ";", "\t")
COLUMNS_MOST = 1_000
BYTES_MOST = 1 << 30  # ten million readers
_BLOCK = 1 << 20
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\s*", re.I)  # how Excel tells it to itself
# What people have at hand instead of a CSV file.
_MAGIC = (
    (b"PK\x03\x04", "an Excel workbook or a zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file"),
)


@dataclass(frozen=True)
class Sheet:
    """An open file: its header, and its records as they are read."""

    name: str
    encoding: str  # utf-8, utf-16 or windows-1252
    delimiter: str
    header: list[str]
    records: Iterator[lines.Record]
    file: BinaryIO
    size_bytes: int

    @property
    def read_bytes(self) -> int:
        """How far reading has come; a block ahead of the record at hand."""
        return self.file.tell()


@contextmanager
def open_sheet(path: Path) -> Iterator[Sheet]:
    """Open a file, or raise BadFile with a sentence."""
    with _seekable(path) as file:
        size = file.seek(0, io.SEEK_END)
        if size > BYTES_MOST:
            raise _too_large(path)
        file.seek(0)
        start = file.read(_BLOCK)
        encoding = _encoding(path, file, start)
        text = io.TextIOWrapper(
            file,
            encoding=encoding.name,
            errors=encoding.errors,
            # Only "\n" ends a line: a lone "\r" inside a name must be seen.
            newline="\n" if b"\n" in start else "\r",
        )
        file.seek(0)
        try:
            numbered = lines.lines(text)
            delimiter, header = _header(path, numbered, encoding.foreign)
            yield Sheet(
                path.name,
                encoding.name.removesuffix("-sig"),
                delimiter,
                header,
                lines.records(numbered, delimiter, encoding.foreign),
                file,
                size,
            )
        finally:
            text.detach()


@contextmanager
def _seekable(path: Path) -> Iterator[BinaryIO]:
    """The file; of a pipe, which can be read only once, a copy on disk."""
    with _open(path) as file:
        if path.is_file():
            yield file
            return
        with tempfile.TemporaryFile() as copy:
            while block := file.read(_BLOCK):
                if copy.tell() + len(block) > BYTES_MOST:
                    raise _too_large(path)
                copy.write(block)
            yield copy


def _too_large(path: Path) -> BadFile:
    return BadFile(
        f"{str(path)!r} is larger than {BYTES_MOST >> 20:,} MiB, the most that is read "
        "at once. Cut it into several files."
    )


def _open(path: Path) -> BinaryIO:
    if path.is_dir():
        raise BadFile(f"{str(path)!r} is a folder. Give the CSV file in it.")
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise BadFile(f"There is no file {str(path)!r}.") from error
    except OSError as error:
        raise BadFile(f"{str(path)!r} cannot be read: {error.strerror}.") from error


def _encoding(path: Path, file: BinaryIO, start: bytes) -> Encoding:
    """UTF-8 when all of it is; UTF-16 by its mark; else what most of its lines are."""
    if not start:
        raise BadFile(f"{str(path)!r} is empty.")
    for magic, what in _MAGIC:
        if start.startswith(magic):
            raise BadFile(f"{str(path)!r} is {what}, not CSV. Save it as CSV first.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return UTF_16 if decodes(file, "utf-16") else _not_text(path)
    if b"\0" in start.partition(b"\n")[0]:
        return _not_text(path)
    return UTF_8 if decodes(file, "utf-8") else of_most_lines(file)


def _not_text(path: Path) -> NoReturn:
    raise BadFile(f"{str(path)!r} is not a text file. Save it as CSV first.")


def _header(
    path: Path, numbered: Iterator[lines.Line], foreign: lines.Foreign | None
) -> tuple[str, list[str]]:
    told: str | None = None
    for number, line in numbered:
        if line is None:
            raise BadFile(f"{str(path)!r} has no header: its first line has no end.")
        if foreign is not None and (why := foreign(line)):
            raise BadFile(f"{str(path)!r} cannot be read, line {number}: {why}")
        if match := _SEPARATOR_LINE.fullmatch(line):
            told = match[1]
        elif line.strip():
            return _named(path, line, told)
    raise BadFile(f"{str(path)!r} holds no lines.")


def _named(path: Path, line: str, told: str | None) -> tuple[str, list[str]]:
    """The separator and the names of the columns."""
    delimiter = told or max(DELIMITERS, key=lambda sign: len(_split(line, sign) or []))
    header = _split(line, delimiter)
    if header is None:
        raise BadFile(f"In {str(path)!r} a quote in the header is never closed.")
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()  # Excel's empty columns at the end
    if len(names) > COLUMNS_MOST:
        raise BadFile(
            f"{str(path)!r} has {len(names):,} columns; {COLUMNS_MOST:,} is the most."
        )
    if any("\0" in name for name in names):
        _not_text(path)
    return delimiter, names


def _split(line: str, delimiter: str) -> list[str] | None:
    try:
        return lines.split(line, delimiter)
    except csv.Error as error:
        raise BadFile(f"The header {shown(line)} cannot be read as CSV.") from error
