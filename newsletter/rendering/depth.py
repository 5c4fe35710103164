"""How deeply HTML is nested, counted without recursion and in one pass.

MJML's compiler kills the whole process on about 9,000 elements inside each other, so
text from outside is measured before any parser sees it. A scan for tags, not a parser:
the one in the standard library takes minutes over 300 kB of ``<a <a <a``.
"""

import re
from collections import Counter

VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()
)
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,30})")
# A parser reopens these in every paragraph after one that left them open: unclosed
# they nest ever deeper, although each paragraph looks shallow.
_REOPENED = frozenset("a b big code em font i nobr s small strike strong tt u".split())
# `<p>a<p>b` and `<li>a<li>b` are side by side, not nested.
_CLOSED_BY_ITS_LIKE = frozenset("p li dt dd tr td th option".split())
# Inside these a tag is only letters.
_RAW = frozenset({"script", "style"})


def depth_of(html: str, *, stop_at: int) -> int:
    """The deepest nesting in ``html``; counting stops once it passes ``stop_at``.

    May say too much (a tag in a comment counts), never too little for HTML that was
    sanitised.
    """
    opened: list[str] = []
    lingering: Counter[str] = Counter()
    deepest = 0
    raw = ""
    for closing, written in _TAG.findall(html):
        tag = written.lower()
        if raw:
            raw = "" if closing and tag == raw else raw
        elif tag in VOID:
            continue
        elif closing:
            _close(tag, opened, lingering)
        elif tag in _RAW:
            raw = tag
        else:
            if tag in _CLOSED_BY_ITS_LIKE and opened and opened[-1] == tag:
                opened.pop()
            opened.append(tag)
            deepest = max(deepest, len(opened) + lingering.total())
            if deepest > stop_at:
                break
    return deepest


def _close(tag: str, opened: list[str], lingering: Counter[str]) -> None:
    if tag not in opened:
        if lingering[tag]:
            lingering[tag] -= 1
        return
    while (closed := opened.pop()) != tag:
        if closed in _REOPENED:
            lingering[closed] += 1
