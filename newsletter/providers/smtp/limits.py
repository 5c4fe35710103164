"""Answers that say: you have sent all you may, this hour or this day.

There is no code for it. RFC 3463 has X.7.1 (policy), X.4.5 (congestion) and X.5.3 (too
many recipients), and servers use those, others or none at all, so the words decide.
"""

import re
from typing import NamedTuple


class Limit(NamedTuple):
    period: str  # "daily", "hourly"; "" when it did not say


_PERIODS = {
    # First, for "24 hours" are a day.
    "daily": r"daily | today | (per|a|each|one) [\s-] day | 24 [\s-]? h(ou)?rs?",
    "hourly": r"hourly | (per|an?|each|one|last) [\s-] hour",
}
_PERIOD = {
    name: re.compile(rf"\b({pattern})\b", re.IGNORECASE | re.VERBOSE)
    for name, pattern in _PERIODS.items()
}
_MOST = re.compile(
    r"\b(limit\w* | quota | max(imum)? | allowance | allowed | exceed\w* | reached)\b",
    re.IGNORECASE | re.VERBOSE,
)
# Without a period only what can be about nobody but the sender.
_OURS = re.compile(
    r"""
    \bcredits?\s+(limit\s+)?exceeded
    | \b(sending|relay(ing)?|submission|outbound|outgoing|sender'?s?|account'?s?)
      \s+ (\w+\s+){0,2}? (limit|quota) \b (\s+\w+){0,3}? \s+ (exceeded|reached)
    | \bexceeded \s+ (\w+\s+){0,4}? (sending|relay(ing)?|submission|outbound|outgoing)
      \s+ (\w+\s+){0,2}? (limit|quota)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# X.2.x is about the reader's mailbox ("over quota", "receives too much today") and
# X.1.x about their address; but Exchange says 5.1.90 when a day's recipients are used.
_READERS = re.compile(r"^[45]\.(2\.\d{1,3}|1\.(?!90\b)\d{1,3})\b")
_RECEIVING = re.compile(
    r"\b(receiv\w+|mailbox|inbox|postvak|recipient'?s?\s+(quota|mailbox|limit)"
    r"|over\s?quota)\b",
    re.IGNORECASE,
)


def limit_in(code: int, words: str) -> Limit | None:
    """Whether a no is about all we may send; None: it is about something else."""
    if not 400 <= code < 600 or _READERS.match(words) or _RECEIVING.search(words):
        return None
    for period, pattern in _PERIOD.items():
        if pattern.search(words) and _MOST.search(words):
            return Limit(period)
    return Limit("") if _OURS.search(words) else None
