"""The alphabet of a feed: what it says itself, what the server says, what it can be."""

import codecs
import re
from collections.abc import Iterator

from newsletter.rendering.disarm import printable

# Those of the web (encoding.spec.whatwg.org). UTF-7 is not among them, on purpose: it
# hides markup from whoever reads it as anything else.
_OF_THE_WEB = frozenset(
    codecs.lookup(name).name
    for name in (
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "ascii", "latin-1"),
        *(f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
        *(f"cp125{part}" for part in range(9)),
        *("koi8-r", "koi8-u", "mac-roman", "gb18030", "gbk", "big5", "euc-jp"),
        *("shift_jis", "euc-kr"),
    )
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)


def decode(body: bytes, content_type: str) -> str:
    """The text, whatever it takes: the last resort reads every byte as a sign."""
    for name in _tries(body, content_type):
        try:
            return printable(body.decode(name))
        except UnicodeDecodeError:
            continue
    return printable(body.decode("cp1252", errors="replace"))


def _tries(body: bytes, content_type: str) -> Iterator[str]:
    for mark, name in _BOMS:
        if body.startswith(mark):
            yield name
    if declared := _DECLARED.match(body):
        yield from _known(declared[1].decode("ascii", "replace"))
    if told := _CHARSET.search(content_type):
        yield from _known(told[1])
    yield "utf-8"


def _known(name: str) -> Iterator[str]:
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        return
    # Latin-1 is what old servers say and Windows-1252 what they mean.
    if codec in _OF_THE_WEB:
        yield {"iso8859-1": "cp1252", "ascii": "utf-8"}.get(codec, codec)
