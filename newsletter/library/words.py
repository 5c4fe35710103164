"""The words of a piece: its first sentences, how long it reads, what it is found by."""

import re
import unicodedata
from html.parser import HTMLParser

WORDS_A_MINUTE = 220  # reading Dutch from a screen, adults
SUMMARY_MOST = 240
_LOOKED_AT = 1000  # characters; a line of nothing but full stops would take hours
_PROSE_LEAST = 40  # characters; less is a byline, a date or a place

_BLOCKS = frozenset(
    "p div blockquote ul ol li dl dt dd pre h2 h3 h4 table caption tr td th".split()
)
_HEADINGS = frozenset({"h2", "h3", "h4"})
# A full stop after these, or after one letter, ends no sentence.
_SHORT = frozenset(
    "bijv dhr mw mevr dr drs ir ing mr prof st nr ca incl excl resp vgl e.d o.a".split()
)
_END = re.compile(r"[.!?…]+[”’\"')]*\s+(?=[\"'(“‘]*[A-Z0-9À-Þ])")


class _Blocks(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[tuple[str, str]] = []  # tag, text
        self.tag = ""
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag in _BLOCKS:
            self.finish()
            self.tag = tag
        elif tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.finish()
            self.tag = ""

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def finish(self) -> None:
        lines = (" ".join(line.split()) for line in "".join(self.parts).split("\n"))
        if text := "\n".join(line for line in lines if line):
            self.blocks.append((self.tag, text))
        self.parts.clear()


def _blocks(html: str) -> list[tuple[str, str]]:
    parser = _Blocks()
    parser.feed(html)
    parser.close()
    parser.finish()
    return parser.blocks


def text_of(html: str) -> str:
    """All words of sanitised HTML, a line for each block."""
    return "\n".join(text for _, text in _blocks(html))


def summarise(html: str) -> str:
    """The first two sentences of the first real paragraph; "" when there are no words.

    Bylines, dates and the questions of an interview are passed over.
    """
    lines = [
        line
        for tag, text in _blocks(html)
        if tag not in _HEADINGS
        for line in text.split("\n")
    ]
    prose = (
        line
        for line in lines
        if len(line) >= _PROSE_LEAST and re.search(r"[.!…]", line)
    )
    start = next(prose, lines[0] if lines else "")
    first, *others = _sentences(start[:_LOOKED_AT])
    summary = first
    if others and len(f"{first} {others[0]}") <= SUMMARY_MOST:
        summary = f"{first} {others[0]}"
    if len(summary) <= SUMMARY_MOST:
        return summary
    return summary[: SUMMARY_MOST - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"


def reading_minutes(html: str) -> int:
    """Whole minutes, at least one."""
    return max(1, round(len(text_of(html).split()) / WORDS_A_MINUTE))


def searchable(text: str) -> str:
    """What words are looked up in: no capitals, no accents, single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(letters.replace("’", "'").split())


def _sentences(text: str) -> list[str]:
    sentences, begin = [], 0
    for end in _END.finditer(text):
        last_word = text[begin : end.start()].rsplit(" ", 1)[-1].lstrip("(“‘\"'")
        if end[0].startswith(".") and (
            len(last_word) == 1 or last_word.casefold() in _SHORT
        ):
            continue
        sentences.append(text[begin : end.end()].strip())
        begin = end.end()
    return [*sentences, text[begin:].strip()]
