"""Taking over what a dead worker left behind.

Its journal, when it died on this host: what is known is recorded, who was untouched
is queued again, who was handed over without an answer is in doubt. Without a journal
that can be trusted the unrecorded rest of the chunk is in doubt: never a guess.
"""

import logging
from collections.abc import Mapping

from database.driver import Driver
from newsletter.dispatch.flight import journal, ledger
from newsletter.dispatch.flight.context import Flight
from newsletter.dispatch.flight.journal import Found, Holder
from newsletter.dispatch.flight.recording import NOTHING_KNOWN, Marked, record

log = logging.getLogger("buurtpost.dispatch")


def recover(flight: Flight, driver: Driver) -> int:
    """Record every abandoned chunk; returns how many. Commits per chunk."""
    return _replay_journals(flight, driver) + _doubt_expired(flight, driver)


def _replay_journals(flight: Flight, driver: Driver) -> int:
    replayed = 0
    for found in journal.abandoned(flight.settings.journals):
        # The lock is ours, so nobody else on this host replays the same file.
        try:
            if found.holder is not None:
                replayed += _replay(flight, driver, found, found.holder)
        except BaseException:
            # A worker outlives a database that restarts. Kept locked, its own journal
            # would look to it like one somebody is at work on, for ever.
            found.close()
            raise
        found.remove()
    return replayed


def _replay(flight: Flight, driver: Driver, found: Found, holder: Holder) -> bool:
    recorded = record(
        driver,
        holder,
        Marked(found.marks, {}),
        retry_hours=flight.settings.pace.retry_hours,
        now=flight.now(),
    )
    # None: it was recorded before the process died, or its claim never committed.
    if recorded is not None:
        _say(holder, "replayed", recorded.counts)
    return recorded is not None


def _doubt_expired(flight: Flight, driver: Driver) -> int:
    """Chunks of hosts that are gone: nobody renewed the lease, no journal is here."""
    now = flight.now()
    doubted = 0
    for holder in ledger.expired(driver, now=now):
        if journal.is_held(
            flight.settings.journals, chunk_id=holder.chunk_id, token=holder.token
        ):
            continue  # alive on this host, only slow; it records by itself
        # A worker that was cut off may come back and renew its lease just now.
        recorded = record(
            driver,
            holder,
            NOTHING_KNOWN,
            retry_hours=flight.settings.pace.retry_hours,
            only_expired=True,
            now=now,
        )
        if recorded is not None:
            doubted += 1
            _say(holder, "doubted", recorded.counts)
    return doubted


def _say(holder: Holder, what: str, counts: Mapping[str, int]) -> None:
    log.warning(
        "mailing=%d chunk=%d %s %s",
        holder.mailing_id,
        holder.chunk_id,
        what,
        " ".join(f"{state}={number}" for state, number in counts.items()),
    )
