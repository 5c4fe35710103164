"""From what somebody wrote to a body: sanitised HTML of limited depth."""

import html
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from itertools import pairwise

from newsletter.library.words import searchable, text_of
from newsletter.rendering import richtext
from newsletter.rendering.disarm import printable

_FIRST_HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>\s*", re.DOTALL)
_OPEN_HEADING = re.compile(
    # A heading with words in it, up to the block that shows it was never closed.
    r"(<h([1-6])\b[^<>]*>\s*[^<\s](?:(?!</h|<h[1-6]).)*?)"
    r"(?=<(?:p|div|section|article|table|ul|ol|blockquote|pre|hr|h[1-6])\b)",
    re.IGNORECASE | re.DOTALL,
)
_WRAPPED = range(60, 101)  # the longest line of a file whose editor breaks lines


class Format(StrEnum):
    TEXT = "text"  # blank lines separate paragraphs
    MARKDOWN = "markdown"
    HTML = "html"


def body_from(text: str, format: Format, *, title: str) -> str:  # noqa: A002 - the column's name
    """The body; raise rendering's TooDeep or TooLong.

    The title is shown above every body, so a heading that repeats it is left out.
    """
    # Twice: &#1; becomes such a sign only when it is read.
    body = printable(_FORMATS[format](printable(text)))
    heading = _FIRST_HEADING.search(body)
    if heading and searchable(text_of(heading[1])) == searchable(title):
        body = body[: heading.start()] + body[heading.end() :]
    return body


def close_headings(text: str) -> str:
    """HTML where a forgotten ``</h1>`` does not make a heading of all that follows."""
    return _OPEN_HEADING.sub(r"\1</h\2>", text)


def _from_text(text: str) -> str:
    lines = [line.rstrip() for line in text.expandtabs(4).split("\n")]
    width = max(len(line) for line in lines)
    paragraphs = re.split(r"\n{2,}", "\n".join(lines).strip("\n"))
    return "\n".join(
        f"<p>{_broken(paragraph.split(chr(10)), width)}</p>"
        for paragraph in paragraphs
        if paragraph.strip()
    )


def _broken(lines: list[str], width: int) -> str:
    """The lines of a paragraph: joined where an editor broke them off, else kept.

    It was broken off when the next word would not have fitted any more.
    """
    out = html.escape(lines[0].strip(), quote=False)
    for before, line in pairwise(lines):
        first_word = line.split(maxsplit=1)[0]
        is_wrapped = width in _WRAPPED and len(before) + 1 + len(first_word) > width
        out += (" " if is_wrapped else "<br />") + html.escape(
            line.strip(), quote=False
        )
    return out


_FORMATS: Mapping[Format, Callable[[str], str]] = {
    Format.TEXT: lambda text: richtext.from_html(_from_text(text)),
    Format.MARKDOWN: lambda text: richtext.from_markdown(text).html,
    Format.HTML: lambda text: richtext.from_html(close_headings(text)),
}
