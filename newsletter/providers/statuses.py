"""Enhanced status codes (RFC 3463) in a server's words: ``550 5.1.1 No such user``."""

import re

# This mailbox is not there. X.1.7 and X.1.8 are about the *sender's* address, so about
# us, and 5.1.90 is Exchange's "you have mailed enough today"; every other 5.x.x may be
# gone tomorrow.
_GONE = re.compile(r"5\.(1\.(?!7$|8$|90$)\d{1,3}|2\.1)", re.ASCII)
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\d|\.\d)", re.ASCII)
# The answer to a command: its code, and right behind it the status.
_LASTING = re.compile(r"5\d\d[ -](5\.\d{1,3}\.\d{1,3})(?!\d|\.\d)", re.ASCII)
# In an answer to our own mail only those that can mean nothing else: no such mailbox,
# no such domain, null MX (RFC 7505), mailbox disabled.
_NOT_THERE = frozenset({"5.1.1", "5.1.2", "5.1.10", "5.2.1"})
# Some refuse whom they do not like with the status of somebody who is not there.
_ABOUT_US = re.compile(r"spam|black-?list|block|policy|reputation", re.IGNORECASE)


def is_gone(status: str) -> bool:
    """Whether a report's status means that the mailbox does not exist."""
    return _GONE.fullmatch(status) is not None


def status_in(text: str) -> str:
    """The first enhanced status code in a server's words; "" without one."""
    found = _STATUS.search(text)
    return found[1] if found else ""


def says_gone(answer: str) -> bool:
    """Whether a server's answer to a mail of ours means that the address is not there.

    ``answer`` as the journal keeps it: ``550 5.1.1 <address>: User unknown``.
    """
    found = _LASTING.match(answer)
    if found is None or found[1] not in _NOT_THERE:
        return False
    return _ABOUT_US.search(answer) is None
