"""Rich text as plain text a person likes to read, at most ``COLUMNS`` wide."""

import re
import textwrap
from html.parser import HTMLParser

COLUMNS = 78  # RFC 5322: lines should have no more characters

_PARAGRAPHS = frozenset("p div blockquote pre dl dt dd h2 h3 h4 table caption".split())
_EMPTY_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t\r\n\f]+")


def wrap(text: str, *, first: str = "", rest: str | None = None) -> str:
    """One paragraph filled to ``COLUMNS``; words and addresses are never broken.

    ``first`` stands before the first line, ``rest`` (default: the same) before others.
    """
    lines = text.split("\n")
    indent = first if rest is None else rest
    return "\n".join(
        textwrap.fill(
            line,
            width=COLUMNS,
            initial_indent=first if number == 0 else indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, line in enumerate(lines)
    )


def few_empty_lines(text: str) -> str:
    """A whole text with at most one empty line in a row, ending in one line feed."""
    return _EMPTY_LINES.sub("\n\n", text).strip("\n") + "\n"


def first_number(start: str | None) -> int:
    """Where a numbered list begins, whatever its ``start`` says."""
    return int(start) if start and re.fullmatch("[0-9]{1,9}", start) else 1


def to_plain(html: str) -> str:
    """Sanitised HTML as text: paragraphs apart, lists marked, links after words."""
    writer = _Plain()
    writer.feed(html)
    writer.close()
    writer.finish()
    return "\n".join(writer.lines).strip("\n")


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.words: list[str] = []
        self.indents: list[str] = []  # one for each open list item or quotation
        self.bullet = ""  # stands before the next line, once
        self.counters: list[int | None] = []  # None: a list without numbers
        self.links: list[tuple[str, int]] = []  # address, where its words begin
        self.verbatim = 0
        self.close_up = False  # no blank line before the next paragraph
        self.quoted = 0  # how many quotations the last paragraph stood in

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.words.append("\n")
        elif tag == "hr":
            self.paragraph()
            self.words.append("* * *")
            self.paragraph()
        elif tag in {"ul", "ol"}:
            self.paragraph(close_up=bool(self.counters))
            start = first_number(dict(attrs).get("start"))
            self.counters.append(start if tag == "ol" else None)
        elif tag == "li":
            self.item()
        elif tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.words)))
        elif tag in {"td", "th"} and "".join(self.words).strip():
            self.words.append(" | ")
        elif tag == "tr":
            self.paragraph(close_up=True)
        elif tag in _PARAGRAPHS:
            self.paragraph()
            if tag == "blockquote":
                self.indents.append("> ")
            self.verbatim += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ul", "ol"} and self.counters:
            self.paragraph(close_up=len(self.counters) > 1)
            self.counters.pop()
        elif tag == "li" and self.indents:
            self.paragraph(close_up=True)
            self.indents.pop()
        elif tag == "a" and self.links:
            self.link(*self.links.pop())
        elif tag == "tr":
            self.paragraph(close_up=True)
        elif tag in _PARAGRAPHS:
            self.paragraph()
            if tag == "blockquote" and self.indents:
                self.indents.pop()
                self.quoted = min(self.quoted, self.indents.count("> "))
            self.verbatim -= tag == "pre" and self.verbatim > 0

    def handle_data(self, data: str) -> None:
        self.words.append(data if self.verbatim else _SPACES.sub(" ", data))

    def item(self) -> None:
        self.paragraph(close_up=True)
        number = self.counters[-1] if self.counters else None
        self.bullet = "- " if number is None else f"{number}. "
        if number is not None:
            self.counters[-1] = number + 1
        self.indents.append(" " * len(self.bullet))

    def link(self, address: str, begin: int) -> None:
        words = "".join(self.words[begin:]).strip()
        shown = address.removeprefix("mailto:").removeprefix("tel:")
        if shown and shown.rstrip("/") not in {words, words.rstrip("/")}:
            self.words.append(f" ({shown})" if words else shown)

    def paragraph(self, *, close_up: bool = False) -> None:
        """Write out the words gathered so far; ``close_up``: what follows is near."""
        text = "".join(self.words)
        self.words.clear()
        self.links.clear()
        if not self.verbatim:
            text = "\n".join(
                _SPACES.sub(" ", part).strip() for part in text.split("\n")
            )
        text = text.strip("\n")
        if text.strip():
            if self.lines and not self.close_up:
                self.lines.append(("> " * self.quoted).rstrip())
            self.lines.append(self.laid_out(text))
            self.quoted = self.indents.count("> ")
            self.close_up = close_up
        elif not close_up:
            self.close_up = False

    def laid_out(self, text: str) -> str:
        rest = "".join(self.indents)
        first = rest[: len(rest) - len(self.bullet)] + self.bullet
        self.bullet = ""
        if self.verbatim:
            lines = text.split("\n")
            return "\n".join(
                (rest if n else first) + line for n, line in enumerate(lines)
            )
        return wrap(text, first=first, rest=rest)

    def finish(self) -> None:
        self.paragraph()
