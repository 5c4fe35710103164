"""The lines between two ``---`` before a Markdown text.

A small part of YAML, read strictly: one ``key: value`` a line; a value is a line of
text, text in quotes, a list (``[a, b]``, or lines with ``- ``), or a paragraph after
``>`` or ``|``. Every value is text: a title may be 1984 or hold a colon. What YAML
would not read as text (an anchor, a mapping, a comment behind a value) is refused with
its line, never guessed at.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NoReturn, TypeVar

from newsletter.library.errors import BadFrontMatter

E = TypeVar("E", bound=StrEnum)

_FENCE = re.compile(r"---[ \t]*")
_END = re.compile(r"(?:---|\.\.\.)[ \t]*")
_KEY = re.compile(r"([A-Za-z_-]+)[ \t]*:(?:[ \t]+(.*))?")
_ITEM = re.compile(r"[ \t]*-(?:[ \t]+(.*))?")
_SINGLE = re.compile(r"'((?:[^']|'')*)'")
_DOUBLE = re.compile(r'"(?:[^"\\]|\\.)*"')
# What begins something else in YAML than text.
_SPECIAL = tuple("&*!{}[]@`%|>,#'\"")


@dataclass(frozen=True)
class Entry:
    """One key's value and the line it stands on; "" when nothing was written."""

    line: int
    value: str | list[str]
    quoted: bool = False  # "" in quotes is a decision, nothing at all is not


@dataclass(frozen=True)
class FrontMatter:
    """The values by key, each asked for as what it must be."""

    entries: dict[str, Entry]

    def text(self, key: str) -> str | None:
        """None when nothing was written; "" only when that was written in quotes."""
        entry = self.entries.get(key)
        if entry is None or (entry.value == "" and not entry.quoted):
            return None
        if isinstance(entry.value, list):
            self.refuse(key, "must be one text, not a list.")
        return entry.value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list, or the parts between the commas of an unquoted line."""
        entry = self.entries.get(key)
        if entry is None:
            return ()
        if isinstance(entry.value, list):
            parts = entry.value
        else:
            parts = [entry.value] if entry.quoted else entry.value.split(",")
        return tuple(part.strip() for part in parts if part.strip())

    def day(self, key: str) -> date | None:
        text = self.text(key)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.refuse(key, f"{text!r} is not a day such as 2026-11-20.")

    def choice(self, key: str, choices: type[E]) -> E | None:
        text = self.text(key)
        try:
            return choices(text) if text else None
        except ValueError:
            self.refuse(key, f"{text!r} is none of: {', '.join(choices)}.")

    def refuse(self, key: str, sentence: str) -> NoReturn:
        """Raise BadFrontMatter for a key that is there."""
        raise BadFrontMatter(self.entries[key].line, key, sentence) from None


def split(text: str) -> tuple[list[str] | None, str]:
    """The lines of the front matter (None when there is none) and the text after it."""
    lines = text.split("\n")
    if not _FENCE.fullmatch(lines[0]):
        return None, text
    for number, line in enumerate(lines[1:], start=1):
        if _END.fullmatch(line):
            return lines[1:number], "\n".join(lines[number + 1 :])
    raise BadFrontMatter(1, "", "the front matter has no end. Close it with ---.")


def parse(lines: list[str], known: Collection[str]) -> FrontMatter:
    """The values by key; raise BadFrontMatter naming line and key.

    Lines are counted as in the file, where the first ``---`` is line 1.
    """
    entries: dict[str, Entry] = {}
    rest = [(number, line.rstrip()) for number, line in enumerate(lines, start=2)]
    rest.reverse()
    while rest:
        number, line = rest.pop()
        if not line or line.lstrip().startswith("#"):
            continue
        found = _KEY.fullmatch(line)
        if not found:
            raise BadFrontMatter(
                number, "", f"{line[:60]!r} is not understood. Write key: value."
            )
        key, value = found[1].lower(), (found[2] or "").strip()
        if key not in known:
            raise BadFrontMatter(
                number, key, f"there is no such key. Use: {', '.join(known)}."
            )
        if key in entries:
            raise BadFrontMatter(
                number, key, f"is already given on line {entries[key].line}."
            )
        entries[key] = _entry(number, key, value, rest)
    return FrontMatter(entries)


def _entry(number: int, key: str, value: str, rest: list[tuple[int, str]]) -> Entry:
    if value in {">", "|", ">-", "|-"}:
        return Entry(number, _paragraph(rest, fold=value[0] == ">"))
    if value.startswith("["):
        return Entry(number, _inline_list(number, key, value))
    if value:
        return Entry(number, _scalar(number, key, value), quoted=value[0] in "'\"")
    items = []
    while rest and (found := _ITEM.fullmatch(rest[-1][1])):
        line, _ = rest.pop()
        items.append(_scalar(line, key, (found[1] or "").strip()))
    return Entry(number, items or "")


def _paragraph(rest: list[tuple[int, str]], *, fold: bool) -> str:
    lines = []
    while rest and (not rest[-1][1] or rest[-1][1][0] in " \t"):
        lines.append(rest.pop()[1].strip())
    return (" " if fold else "\n").join(lines).strip()


def _inline_list(number: int, key: str, value: str) -> list[str]:
    if not value.endswith("]"):
        raise BadFrontMatter(number, key, "the list has no ] at the end of the line.")
    parts = re.findall(
        rf"(?:\s*({_SINGLE.pattern}|{_DOUBLE.pattern}|[^,]*?)\s*)(?:,|$)", value[1:-1]
    )
    return [_scalar(number, key, part[0]) for part in parts if part[0]]


def _scalar(number: int, key: str, value: str) -> str:
    if single := _SINGLE.fullmatch(value):
        return single[1].replace("''", "'")
    if _DOUBLE.fullmatch(value):
        try:
            return str(json.loads(value))
        except ValueError as error:
            raise BadFrontMatter(
                number, key, "there is a \\ in the quotes that means nothing."
            ) from error
    if value.startswith(_SPECIAL) or " #" in value:
        raise BadFrontMatter(
            number,
            key,
            f"put quotes around {value[:60]!r}, so that it is read as text.",
        )
    return value
