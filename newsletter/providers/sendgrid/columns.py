"""Values of one kind, of all readers in a request, made fit for its JSON.

What is asked of each is asked of all at once: one by one it costs more than everything
else that is done for a reader.
"""

import json
from collections.abc import Callable
from functools import lru_cache

from newsletter.providers.wording import one_line
from newsletter.rendering.merge import as_is

Escape = Callable[[str], str]  # of each character by itself; lines stay lines

_PRINTABLE = bytes(range(32, 127))


def clean(values: list[str]) -> list[str]:
    """Each as ``one_line`` makes it."""
    return values if _are_clean(values) else [one_line(value) for value in values]


def written(values: list[str], escape: Escape = as_is) -> list[str]:
    """Clean values as they stand between the quotes of a JSON string; ASCII."""
    together = "".join(values)
    if together.isascii() and not together.encode().translate(None, _plain(escape)):
        return values
    # No value holds the end of a line, and JSON has none of its own inside a string.
    escaped = escape("\n".join(values)).split("\n")
    return json.dumps(escaped, separators=("\n", ":"))[2:-2].split('"\n"')


def _are_clean(values: list[str]) -> bool:
    together = "".join(values)
    if together.isascii():
        # Five times as fast as isprintable, and links are long.
        is_printable = not together.encode().translate(None, _PRINTABLE)
    else:
        is_printable = together.isprintable()
    if not is_printable or " " not in together:
        return is_printable
    apart = "\n".join(("", *values, ""))
    return not any(gap in apart for gap in ("  ", " \n", "\n "))


@lru_cache
def _plain(escape: Escape) -> bytes:
    """The characters that stand in JSON as they are, escaped or not."""
    signs = _PRINTABLE.decode()
    return "".join(
        sign for sign in signs if json.dumps(escape(sign)) == f'"{sign}"'
    ).encode()
