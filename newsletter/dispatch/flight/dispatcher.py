"""Claim a chunk, send it with no transaction open, record it; again until none is due.

As many threads do so as the provider takes chunks at once: while one is recorded and
the next is claimed, another is on the wire.
"""

import logging
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

from database.driver import Driver, DriverError
from newsletter.dispatch.flight import ledger
from newsletter.dispatch.flight.context import Flight
from newsletter.dispatch.flight.hold import Hold, Watch
from newsletter.dispatch.flight.ledger import ClaimedChunk
from newsletter.dispatch.flight.letters import Letters, Links
from newsletter.dispatch.flight.pace.guard import Guard
from newsletter.dispatch.flight.pace.hours import say_if_closed
from newsletter.dispatch.flight.pace.pacer import Pacer
from newsletter.dispatch.flight.recording import Ending, Enough, Marked, record
from newsletter.providers import open_provider
from newsletter.providers.base import (
    Chunk,
    Provider,
    ProviderBusy,
    ProviderLimit,
    ProviderMisconfigured,
    Stop,
)
from newsletter.reasons import Code, reason

log = logging.getLogger("buurtpost.dispatch")

_LOOK_SECONDS = 0.2  # how often whoever lingers looks


def send_due(flight: Flight, *, stop: Stop) -> list[str]:
    """Send until no chunk is due or ``stop`` says so.

    Commits twice a chunk: when it is claimed and when it is recorded. A process that
    dies between the two leaves the journal, and ``recovery`` finishes its work.
    Returns why mailings were paused. Raises DriverError.
    """
    with closing(flight.open_driver()) as driver:
        if not is_due(flight, driver):
            return []
    with (
        closing(_Carrier(flight)) as carrier,
        closing(Watch(flight, stop=stop)) as watch,
    ):
        dispatchers = [
            _Dispatcher(flight, carrier, watch, stop) for _ in range(carrier.at_once)
        ]
        if len(dispatchers) == 1:
            return dispatchers[0].run()
        with ThreadPoolExecutor(len(dispatchers)) as pool:
            running = [pool.submit(dispatcher.run) for dispatcher in dispatchers]
        return [trouble for one in running for trouble in one.result()]


def is_due(flight: Flight, driver: Driver) -> bool:
    """Whether a chunk can be claimed; outside the sending hours none can."""
    return not say_if_closed(flight, driver) and ledger.is_due(driver, now=flight.now())


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
        self._pacer: Pacer | None = None
        self._lingers_until = 0.0  # on the monotonic clock

    def run(self) -> list[str]:
        troubles: list[str] = []
        with closing(self._flight.open_driver()) as driver:
            while not self._stop() and self._flight.is_open():
                chunk = ledger.claim(
                    driver,
                    self._letters,
                    worker=self._name,
                    journals=self._flight.settings.journals,
                    timezone=self._flight.settings.timezone,
                    now=self._flight.now(),
                )
                if chunk is not None:
                    troubles += self._fly(driver, chunk)
                elif not self._comes_soon(driver):
                    break
        return troubles

    def _fly(self, driver: Driver, chunk: ClaimedChunk) -> list[str]:
        """Send and record one chunk; why its mailing is paused by it, if it is."""
        began = time.monotonic()
        hold = self._watch.hold(chunk.holder)
        marks = chunk.journal.marks
        try:
            ending = self._send(driver, chunk, hold)
            recorded = record(
                driver,
                chunk.holder,
                Marked(marks.all(), marks.words, claimed=len(chunk.readers)),
                ending=ending,
                retry_hours=self._flight.settings.pace.retry_hours,
                now=self._flight.now(),
            )
        except BaseException:
            # Not recorded: the journal stays, and without its lock anyone may replay
            # it.
            chunk.journal.close()
            raise
        finally:
            self._watch.release(hold)
        chunk.journal.remove()
        counts = {"lost": 1} if recorded is None else recorded.counts
        log.info(
            "mailing=%d chunk=%d %s seconds=%.3f",
            chunk.holder.mailing_id,
            chunk.holder.chunk_id,
            " ".join(f"{state}={number}" for state, number in counts.items()),
            time.monotonic() - began,
        )
        self._linger_for(ending)
        if recorded is None or recorded.trouble is None:
            return []
        return [str(recorded.trouble)]

    def _send(self, driver: Driver, chunk: ClaimedChunk, hold: Hold) -> Ending:
        """Hand over as much as goes; the journal says how far it came."""
        if not chunk.readers:
            return Ending()
        held: dict[int, datetime] = {}
        guard = Guard(chunk.journal.marks, hold.halt)
        ending = Ending(held=held)
        try:
            provider = self._carrier.provider
            pacer = self._pacer_of(driver, provider)
            for part in pacer.parts(chunk.readers, held=held, until=hold):
                recipients = self._links.recipients(
                    chunk.letter, part, mailing_id=chunk.holder.mailing_id
                )
                provider.send(
                    Chunk(chunk.letter.message, recipients),
                    marks=guard.placed([one.seq - chunk.first_seq for one in part]),
                    until=hold,
                )
        except ProviderBusy as busy:
            log.warning("provider busy seconds=%.0f", busy.seconds)
            until = self._flight.now() + timedelta(seconds=busy.seconds)
            enough = None
            if isinstance(busy, ProviderLimit):
                enough = Enough(self._carrier.provider.name, busy.period)
            return replace(
                ending,
                not_before=until,
                waiting=replace(busy.reason, until=until),
                enough=enough,
            )
        except ProviderMisconfigured as error:
            return replace(ending, pause=error.reason)
        except DriverError:
            raise  # the database, asked for the pace
        except Exception as error:
            # A mistake of ours must not hand the same chunk over again and again.
            log.exception("chunk=%d failed", chunk.holder.chunk_id)
            why = reason(Code.UNEXPECTED, kind=type(error).__name__)
            return replace(ending, pause=why)
        return replace(ending, pause=guard.why)

    def _pacer_of(self, driver: Driver, provider: Provider) -> Pacer:
        if self._pacer is None:
            self._pacer = Pacer(
                driver,
                self._flight.settings.pace,
                provider=provider.name,
                chunk_size=provider.chunk_size,
                now=self._flight.now,
            )
        return self._pacer

    def _linger_for(self, ending: Ending) -> None:
        """Whoever waits for the rate of a domain is not left to a later start."""
        if ending.held:
            wait = (max(ending.held.values()) - self._flight.now()).total_seconds()
            until = time.monotonic() + wait + _LOOK_SECONDS
            self._lingers_until = max(self._lingers_until, until)

    def _comes_soon(self, driver: Driver) -> bool:
        """Wait a moment, if somebody is due before we need linger no more."""
        left = self._lingers_until - time.monotonic()
        if left <= 0:
            return False
        due = ledger.next_due(driver)
        if due is None or due > self._flight.now() + timedelta(seconds=left):
            return False
        time.sleep(_LOOK_SECONDS)
        return True
