"""When somebody the provider would not take now is tried again, and when it ends."""

from datetime import datetime, timedelta

# After the first, second, ... "not now". Greylisting answers within minutes, a full
# mailbox or a server that is down within a day; after two days (RFC 5321 4.5.4.1 asks
# for at least four or five tries) the delivery is refused.
RETRY_AFTER = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=16),
    timedelta(hours=16),
)


def next_try(attempts: int, *, now: datetime) -> datetime | None:
    """When to try again after ``attempts`` tries in all. None: it has been enough."""
    if attempts > len(RETRY_AFTER):
        return None
    return now + RETRY_AFTER[attempts - 1]
