"""Claim a chunk, send it with no transaction open, record it; again until none is due.

As many threads do so as the provider takes chunks at once: while one is recorded and
the next is claimed, another is on the wire.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

from database.driver import Driver
from newsletter.dispatch.flight import ledger
from newsletter.dispatch.flight.context import Flight
from newsletter.dispatch.flight.hold import Hold, Watch
from newsletter.dispatch.flight.ledger import ClaimedChunk
from newsletter.dispatch.flight.letters import Letters, Links, Reader
from newsletter.dispatch.flight.marks import PlacedMarks
from newsletter.dispatch.flight.recording import Ending, Marked, record
from newsletter.providers import open_provider
from newsletter.providers.base import (
    Chunk,
    Provider,
    ProviderBusy,
    ProviderMisconfigured,
    Stop,
)

log = logging.getLogger("buurtpost.dispatch")


def send_due(flight: Flight, *, stop: Stop) -> list[str]:
    """Send until no chunk is due or ``stop`` says so.

    Commits twice a chunk: when it is claimed and when it is recorded. A process that
    dies between the two leaves the journal, and ``recovery`` finishes its work.
    Returns why mailings were paused. Raises DriverError.
    """
    with closing(flight.open_driver()) as driver:
        if not ledger.is_due(driver, now=flight.now()):
            return []
    with closing(_Carrier(flight)) as carrier, Watch(flight, stop=stop) as watch:
        dispatchers = [
            _Dispatcher(flight, carrier, watch, stop) for _ in range(carrier.at_once)
        ]
        if len(dispatchers) == 1:
            return dispatchers[0].run()
        with ThreadPoolExecutor(len(dispatchers)) as pool:
            running = [pool.submit(dispatcher.run) for dispatcher in dispatchers]
        return [trouble for one in running for trouble in one.result()]


class _Carrier:
    """The provider, opened when first asked for."""

    def __init__(self, flight: Flight) -> None:
        self._flight = flight
        self._lock = threading.Lock()
        self._provider: Provider | None = None

    @property
    def provider(self) -> Provider:
        """Raises ProviderMisconfigured."""
        with self._lock:
            if self._provider is None:
                self._provider = open_provider(self._flight.settings)
            return self._provider

    @property
    def at_once(self) -> int:
        try:
            return self.provider.at_once
        except ProviderMisconfigured:
            return 1  # which then pauses what it claims, and says why

    def close(self) -> None:
        if self._provider is not None:
            self._provider.close()


class _Dispatcher:
    """One thread's work, over one connection to the database."""

    def __init__(
        self, flight: Flight, carrier: _Carrier, watch: Watch, stop: Stop
    ) -> None:
        self._flight = flight
        self._carrier = carrier
        self._watch = watch
        self._stop = stop
        self._letters = Letters()
        settings = flight.settings
        self._links = Links(settings.base_url, flight.signer, settings.timezone)
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    def run(self) -> list[str]:
        troubles = []
        with closing(self._flight.open_driver()) as driver:
            while not self._stop():
                chunk = ledger.claim(
                    driver,
                    self._letters,
                    worker=self._name,
                    journals=self._flight.settings.journals,
                    timezone=self._flight.settings.timezone,
                    now=self._flight.now(),
                )
                if chunk is None:
                    break
                if trouble := self._fly(driver, chunk):
                    troubles.append(trouble)
        return troubles

    def _fly(self, driver: Driver, chunk: ClaimedChunk) -> str:
        """Send and record one chunk; why its mailing was paused, "" if it was not."""
        began = time.monotonic()
        hold = self._watch.hold(chunk.holder)
        marks = chunk.journal.marks
        try:
            ending = self._send(chunk, hold)
            marked = Marked(marks.all(), marks.words, claimed=len(chunk.readers))
            counts = record(
                driver, chunk.holder, marked, ending=ending, now=self._flight.now()
            )
        except BaseException:
            # Not recorded: the journal stays, and without its lock anyone may replay
            # it.
            chunk.journal.close()
            raise
        finally:
            self._watch.release(hold)
        chunk.journal.remove()
        log.info(
            "mailing=%d chunk=%d %s seconds=%.3f",
            chunk.holder.mailing_id,
            chunk.holder.chunk_id,
            "lost"
            if counts is None
            else " ".join(f"{state}={number}" for state, number in counts.items()),
            time.monotonic() - began,
        )
        return ending.pause_reason

    def _send(self, chunk: ClaimedChunk, hold: Hold) -> Ending:
        """Hand over as much as goes; the journal says how far it came."""
        if not chunk.readers:
            return Ending()
        try:
            provider = self._carrier.provider
            for part in _parts(chunk.readers, provider.chunk_size):
                if hold():
                    break
                recipients = self._links.recipients(
                    chunk.letter, part, mailing_id=chunk.holder.mailing_id
                )
                places = [reader.seq - chunk.first_seq for reader in part]
                provider.send(
                    Chunk(chunk.letter.message, recipients),
                    marks=PlacedMarks(chunk.journal.marks, places),
                    until=hold,
                )
        except ProviderBusy as busy:
            log.warning("provider busy seconds=%.0f", busy.seconds)
            wait = timedelta(seconds=busy.seconds)
            return Ending(not_before=self._flight.now() + wait)
        except ProviderMisconfigured as error:
            return Ending(pause_reason=str(error))
        except Exception as error:
            # A mistake of ours must not hand the same chunk over again and again.
            log.exception("chunk=%d failed", chunk.holder.chunk_id)
            return Ending(
                pause_reason=f"Sending failed unexpectedly ({type(error).__name__}). "
                "Look in the worker's log, then resume the mailing."
            )
        return Ending()


def _parts(readers: list[Reader], size: int) -> Iterator[list[Reader]]:
    for start in range(0, len(readers), size):
        yield readers[start : start + size]
