"""Text from outside, made fit for a header, a log or the ledger."""

import re
import unicodedata

MOST_OF_A_NAME = 300
MOST_OF_AN_ANSWER = 200

# Bidirectional overrides and isolates turn the rest of a line around: a name may be
# Arabic or Hebrew, it may not rewrite what stands beside it.
_TURNERS = {
    ord(mark): None for mark in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
}
_ADDRESS = re.compile(r"<?[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+>?")
# What a mailbox may look like in an envelope: ASCII, one @, nothing that ends a
# command or opens another address.
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


def one_line(text: str) -> str:
    """Text that cannot end a header: no control characters, whole characters only."""
    if text.isprintable():  # nearly every name: nothing here but the spaces to do
        return text.strip() if text.isascii() else " ".join(text.split())
    whole = text.encode("utf-8", "replace").decode("utf-8").translate(_TURNERS)
    visible = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign
        for sign in whole
    )
    return " ".join(visible.split())


def is_mailbox(address: str) -> bool:
    """Whether an address may stand in an envelope as it is."""
    return len(address) <= 254 and _MAILBOX.fullmatch(address) is not None


def answer_of(words: str | bytes) -> str:
    """A provider's words for the ledger: one short line that names no address.

    The ledger outlives an erasure, and servers like to repeat whom they refuse.
    """
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if "@" not in text and text.isascii() and text.isprintable():
        return text.strip()[:MOST_OF_AN_ANSWER]  # nearly every answer, once a mail
    return _ADDRESS.sub("<address>", one_line(text))[:MOST_OF_AN_ANSWER]
