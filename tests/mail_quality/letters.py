"""The plain text part: a letter, not what a machine left of a web page."""

import re
from collections.abc import Iterator

from tests.mail_quality.mails import Mail

COLUMNS = 78
_MARKUP = re.compile(
    r"</?[a-z][a-z0-9]*[ >/]|&(?:[a-z]+|#\d+);|\{\{|\{%", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://\S+")


def unlike_a_letter(mail: Mail) -> Iterator[str]:
    """A sentence for everything in a mail's text that no letter has."""
    lines = mail.text.split("\n")
    for number, line in enumerate(lines, start=1):
        # One word, such as an address, cannot be broken.
        if len(line) > COLUMNS and " " in line.lstrip(" >|-*"):
            yield f"{mail.name}: line {number} has {len(line)} columns: {line!r}"
        if line != line.rstrip() and line != "-- ":
            yield f"{mail.name}: line {number} ends in spaces: {line!r}"
    if "\n\n\n" in mail.text:
        yield f"{mail.name}: more than one empty line in a row."
    # An address may hold what looks like markup, and a story may speak of it.
    words = _ADDRESS.sub("", mail.text)
    if found := _MARKUP.search(words):
        yield f"{mail.name}: markup in the text: {found[0]!r}"
    if not mail.text.endswith("\n") or not mail.text.strip():
        yield f"{mail.name}: the text does not end in a line feed, or is empty."
