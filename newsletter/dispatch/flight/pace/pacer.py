"""What the dispatcher asks before each hand-over: who may go now, and who waits.

Without a rate, a domain's rate or a learnt limit it cuts a chunk into the provider's
parts and asks the database nothing.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from database.driver import Driver
from newsletter.dispatch.flight.letters import Reader
from newsletter.dispatch.flight.pace import buckets, limits
from newsletter.pace import Pace
from newsletter.providers.base import ProviderBusy, Stop
from newsletter.reasons import Code, reason

# A part is about so long on its way: pause, cancel and closing time come between two.
PART_SECONDS = 1.0
_LOOK_SECONDS = 0.2  # how often whoever waits looks whether to stop
# How often is asked whether another worker was told a limit. Its chunks are postponed
# at once: this is for mailings that begin just then.
_LIMIT_SECONDS = 30.0


class Full(ProviderBusy):
    """The provider has had what it takes from us, as it told us before."""

    def __init__(self, limit: limits.Limit, *, until: datetime, now: datetime) -> None:
        if limit.most is None:
            why = reason(Code.PROVIDER_CLOSED, until=until)
        elif limit.window >= timedelta(days=1):
            why = reason(Code.DAY_FULL, until=until, most=limit.most)
        else:
            why = reason(Code.HOUR_FULL, until=until, most=limit.most)
        super().__init__(why, seconds=(until - now).total_seconds())


class Pacer:
    """For one thread and its connection. ``now`` is the ledger's clock."""

    def __init__(
        self,
        driver: Driver,
        pace: Pace,
        *,
        provider: str,
        chunk_size: int,
        now: Callable[[], datetime],
    ) -> None:
        self._driver = driver
        self._pace = pace
        self._provider = provider
        self._now = now
        self._size = chunk_size
        if pace.rate is not None:
            self._size = max(1, min(chunk_size, round(pace.rate * PART_SECONDS)))
        self._has_limit = False
        self._limit_seen = float("-inf")

    def parts(
        self, readers: list[Reader], *, held: dict[int, datetime], until: Stop
    ) -> Iterator[list[Reader]]:
        """One part after the other, each when it may go; fewer when ``until`` says so.

        Who must wait for the rate of a domain is in none of them but in ``held``, by
        seq, with the moment to try. Raises Full when the provider has had enough.
        """
        rest = readers
        while rest and not until():
            part, rest = rest[: self._size], rest[self._size :]
            if self._pace.domain_rates:
                part = self._of_open_domains(part, held)
            if not part:
                continue
            if not self._waited_for_tokens(len(part), until=until):
                return
            allowed = self._within_limit(len(part))
            part, rest = part[:allowed], part[allowed:] + rest
            yield part

    def _of_open_domains(
        self, part: list[Reader], held: dict[int, datetime]
    ) -> list[Reader]:
        domains = defaultdict(list)
        for reader in part:
            domain = reader.address.rpartition("@")[2]
            if domain in self._pace.domain_rates:
                domains[domain].append(reader.seq)
        if not domains:
            return part
        seconds, now = time.time(), self._now()
        with self._driver.transaction() as transaction:
            granted = buckets.grant_from(
                transaction,
                Counter({domain: len(seqs) for domain, seqs in domains.items()}),
                rates=self._pace.domain_rates,
                now=seconds,
            )
        waiting: dict[int, datetime] = {}
        for domain, some in granted.items():
            late = domains[domain][some.now :]
            for seq, at in zip(late, some.later, strict=True):
                waiting[seq] = now + timedelta(seconds=at - seconds)
        held |= waiting
        return [reader for reader in part if reader.seq not in waiting]

    def _waited_for_tokens(self, count: int, *, until: Stop) -> bool:
        """False: told to stop meanwhile."""
        if self._pace.rate is None:
            return True
        while True:
            with self._driver.transaction() as transaction:
                wait = buckets.take_from(
                    transaction,
                    self._provider,
                    count,
                    rate=self._pace.rate,
                    now=time.time(),
                )
            if not wait:
                return True
            if not _waited(wait, until=until):
                return False

    def _within_limit(self, count: int) -> int:
        """How many of so many the provider takes, at least one."""
        if not self._knows_a_limit():
            return count
        now = self._now()
        with self._driver.transaction() as transaction:
            allowed = limits.allow_from(
                self._driver, transaction, self._provider, count, now=now
            )
        if allowed is None:
            return count
        if not allowed.count:
            raise Full(allowed.limit, until=allowed.until, now=now)
        return allowed.count

    def _knows_a_limit(self) -> bool:
        if time.monotonic() - self._limit_seen >= _LIMIT_SECONDS:
            self._limit_seen = time.monotonic()
            with self._driver.reading() as read:
                self._has_limit = limits.is_known(read, self._provider)
        return self._has_limit


def _waited(seconds: float, *, until: Stop) -> bool:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if until():
            return False
        time.sleep(min(left, _LOOK_SECONDS))
    return not until()
