"""What a provider takes from us in an hour or a day, as far as it told us.

When it says "enough for today", what it took in the last twenty-four hours is the
limit we learn; from then on we stop just before it, until the window has room again.
Only then is counted what it takes: who has no limit pays nothing for it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from database.driver import Driver, Transaction

WINDOWS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1)}
_SLOTS = 24  # parts of a window in which is counted

# Confirmations and tests go past our count, and some providers count what they refuse.
MARGIN = 0.05
# Fewer than these are no limit of ours: somebody else used the account up.
LEAST = 20
# Accounts grow. Not told again for so long, we try it again at full speed.
BELIEVED = timedelta(days=30)

TAKEN_LATELY = """
SELECT count(*) FROM delivery
JOIN mailing ON mailing.id = delivery.mailing_id
WHERE mailing.frozen_at IS NOT NULL
  AND (mailing.finished_at IS NULL OR mailing.finished_at > :since)
  AND delivery.state IN ('accepted', 'delivered', 'bounced', 'complained')
  AND delivery.changed_at > :since
"""
LEARN = """
INSERT INTO provider_limit (provider, most, window_seconds, told_at, closed_until)
VALUES (:provider, :most, :window_seconds, :now, :until)
ON CONFLICT (provider) DO UPDATE
SET most = excluded.most, window_seconds = excluded.window_seconds,
    told_at = excluded.told_at, closed_until = excluded.closed_until
"""
CLOSE = """
INSERT INTO provider_limit (provider, most, window_seconds, told_at, closed_until)
VALUES (:provider, NULL, 86400, :now, :until)
ON CONFLICT (provider) DO UPDATE SET closed_until = excluded.closed_until
"""
LOOK = """
SELECT most, window_seconds, told_at, closed_until FROM provider_limit
WHERE provider = :provider FOR UPDATE
"""
IS_KNOWN = "SELECT 1 FROM provider_limit WHERE provider = :provider"
COUNT_ANEW = "DELETE FROM provider_taken WHERE provider = :provider"
FORGET_SLOTS = (
    "DELETE FROM provider_taken WHERE provider = :provider AND slot <= :since"
)
SLOTS_OF = "SELECT slot, taken FROM provider_taken WHERE provider = :provider"
ADD_TAKEN = """
INSERT INTO provider_taken (provider, slot, taken) VALUES (:provider, :slot, :taken)
ON CONFLICT (provider, slot) DO UPDATE
SET taken = provider_taken.taken + excluded.taken
"""


@dataclass(frozen=True)
class Limit:
    """One row. ``most`` is None when it said "enough" too early to learn from."""

    most: int | None
    window: timedelta
    told_at: datetime
    closed_until: datetime

    def stop_at(self, *, now: datetime) -> int | None:
        """How many a window we hand over at most. None: nothing is known by now."""
        if self.most is None or now - self.told_at > BELIEVED:
            return None
        return int(self.most * (1 - MARGIN))


@dataclass(frozen=True)
class Allowed:
    """``count`` mails may go now; the others not before ``until``."""

    count: int
    until: datetime
    limit: Limit


def allow(limit: Limit, slots: dict[int, int], count: int, *, now: datetime) -> Allowed:
    """How many of ``count`` a provider has room for. ``slots`` are those of its window.

    A slot leaves as a whole: rather a little later than one mail too many.
    """
    if limit.closed_until > now:
        return Allowed(0, limit.closed_until, limit)
    most = limit.stop_at(now=now)
    if most is None:
        return Allowed(count, now, limit)
    room = max(0, most - sum(slots.values()))
    until = now
    if room < count and slots:
        oldest = datetime.fromtimestamp(min(slots), UTC)
        until = oldest + limit.window / _SLOTS + limit.window
    return Allowed(min(count, room), until, limit)


def is_known(transaction: Transaction, provider: str) -> bool:
    """Whether there is a limit to ask ``allow_from`` about."""
    return transaction.one(IS_KNOWN, provider=provider) is not None


def look(driver: Driver, transaction: Transaction, provider: str) -> Limit | None:
    """The limit of a provider, nobody else's until the end of the transaction."""
    row = transaction.one(LOOK, provider=provider)
    if row is None:
        return None
    most, window_seconds, told_at, closed_until = row
    return Limit(
        most,
        timedelta(seconds=window_seconds),
        driver.read_moment(told_at),
        driver.read_moment(closed_until),
    )


def allow_from(
    driver: Driver,
    transaction: Transaction,
    provider: str,
    count: int,
    *,
    now: datetime,
) -> Allowed | None:
    """``allow``, in the database, and count those that go. None: there is no limit."""
    limit = look(driver, transaction, provider)
    if limit is None:
        return None
    if limit.stop_at(now=now) is None:
        return allow(limit, {}, count, now=now)
    slot_seconds = int(limit.window.total_seconds()) // _SLOTS
    transaction.run(
        FORGET_SLOTS,
        provider=provider,
        since=int((now - limit.window).timestamp()) - slot_seconds,
    )
    slots: dict[int, int] = dict(transaction.all(SLOTS_OF, provider=provider))
    allowed = allow(limit, slots, count, now=now)
    if allowed.count:
        slot = int(now.timestamp()) // slot_seconds * slot_seconds
        transaction.run(ADD_TAKEN, provider=provider, slot=slot, taken=allowed.count)
    return allowed


def told(
    driver: Driver,
    transaction: Transaction,
    provider: str,
    *,
    period: str,
    until: datetime,
    now: datetime,
) -> None:
    """It says "enough" until ``until``: learn from it what there is to learn.

    What it took must be in the ledger already. ``period`` is "daily", "hourly", or ""
    when it did not say: then nothing is learnt.
    """
    moments = {"now": driver.moment(now), "until": driver.moment(until)}
    window = WINDOWS.get(period)
    most = 0
    if window is not None:
        row = transaction.one(TAKEN_LATELY, since=driver.moment(now - window))
        most = 0 if row is None else int(row[0])
    if window is None or most < LEAST:
        transaction.run(CLOSE, provider=provider, **moments)
        return
    transaction.run(
        LEARN,
        provider=provider,
        most=most,
        window_seconds=int(window.total_seconds()),
        **moments,
    )
    # It begins a new count when it opens again.
    transaction.run(COUNT_ANEW, provider=provider)
