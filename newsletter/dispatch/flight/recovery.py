"""Taking over what a dead worker left behind.

Its journal, when it died on this host: what is known is recorded, who was untouched
is queued again, who was handed over without an answer is in doubt. Without a journal
that can be trusted the unrecorded rest of the chunk is in doubt: never a guess.
"""

import logging

from newsletter.dispatch.flight import journal, ledger
from newsletter.dispatch.flight.journal import Found, Holder
from newsletter.dispatch.flight.marks import Mark
from newsletter.dispatch.flight.recording import record
from newsletter.jobs.context import Context

log = logging.getLogger("buurtpost.dispatch")


def recover(context: Context) -> int:
    """Record every abandoned chunk; returns how many. Commits per chunk."""
    return _replay_journals(context) + _doubt_expired(context)


def _replay_journals(context: Context) -> int:
    replayed = 0
    for found in journal.abandoned(context.settings.journals):
        # The lock is ours, so nobody else on this host replays the same file.
        try:
            if found.holder is not None:
                replayed += _replay(context, found, found.holder)
        except BaseException:
            # A worker outlives a database that restarts. Kept locked, its own journal
            # would look to it like one somebody is at work on, for ever.
            found.close()
            raise
        found.remove()
    return replayed


def _replay(context: Context, found: Found, holder: Holder) -> bool:
    def mark_of(place: int) -> Mark | None:
        if found.marks is None or place >= len(found.marks):
            return None
        return found.marks[place]

    counts = record(context.database, holder, mark_of=mark_of, now=context.now())
    # None: it was recorded before the process died, or its claim never committed.
    if counts is not None:
        _say(holder, "replayed", counts)
    return counts is not None


def _doubt_expired(context: Context) -> int:
    """Chunks of hosts that are gone: nobody renewed the lease, no journal is here."""
    now = context.now()
    with context.database.read() as session:
        holders = ledger.expired(session, now=now)
    doubted = 0
    for holder in holders:
        if journal.is_held(
            context.settings.journals, chunk_id=holder.chunk_id, token=holder.token
        ):
            continue  # alive on this host, only slow; it records by itself
        # A worker that was cut off may come back and renew its lease just now.
        counts = record(
            context.database,
            holder,
            mark_of=lambda _place: None,
            only_expired=True,
            now=now,
        )
        if counts is not None:
            doubted += 1
            _say(holder, "doubted", counts)
    return doubted


def _say(holder: Holder, what: str, counts: dict[str, int]) -> None:
    log.warning(
        "mailing=%d chunk=%d %s %s",
        holder.mailing_id,
        holder.chunk_id,
        what,
        " ".join(f"{state}={number}" for state, number in counts.items()),
    )
