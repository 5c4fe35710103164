"""When somebody the provider would not take now is tried again, and when it ends."""

from datetime import datetime, timedelta
from functools import lru_cache

# Greylisting answers within five to fifteen minutes; a server that is down or a full
# mailbox within a day. RFC 5321 4.5.4.1 asks for more time after the first tries.
FIRST = timedelta(minutes=5)
LONGEST = timedelta(hours=8)

# Those who were told to wait by the same server do not all come back at once. In a few
# groups only: each one is a claim of the chunk, and a statement.
GROUPS = 4
SPREAD = 0.1  # the last group waits so much longer


def next_try(attempts: int, *, seq: int, hours: int, now: datetime) -> datetime | None:
    """When delivery ``seq`` is tried again after ``attempts`` tries in all.

    None: it has been enough, ``hours`` after its first try or just before.
    """
    waits = waits_within(hours)
    if attempts > len(waits):
        return None
    return now + waits[attempts - 1] * (1 + SPREAD * (seq % GROUPS) / (GROUPS - 1))


@lru_cache(maxsize=8)
def waits_within(hours: int) -> tuple[timedelta, ...]:
    """The waits after the first, second, ... try: doubling, up to a third of a day."""
    left = timedelta(seconds=int(hours * 3600 / (1 + SPREAD)))
    waits = []
    wait = FIRST
    while left >= FIRST:
        waits.append(min(wait, left))
        left -= waits[-1]
        wait = min(2 * wait, LONGEST)
    return tuple(waits)
