"""Holding claimed chunks while they are sent, and knowing when to stop.

Fencing cannot stop a mail that is already on the wire; looking at the clock before
each hand-over can. The clock is the monotonic one: the wall's may be set.
"""

import logging
import threading
import time

from database.driver import Driver, DriverError
from newsletter.dispatch.flight import ledger, statements
from newsletter.dispatch.flight.context import Flight
from newsletter.dispatch.flight.journal import Holder
from newsletter.dispatch.states import MailingState
from newsletter.providers.base import Stop

log = logging.getLogger("buurtpost.dispatch")

LOOK_SECONDS = 1.0  # pause and cancel are obeyed within two seconds
RENEW_SECONDS = 60.0
# No hand-over begins when its reply could come after the lease has run out.
_HOLD_SECONDS = (ledger.LEASE - ledger.LONGEST_REPLY).total_seconds()


def _seconds() -> float:
    """Monotonic, and unlike ``time.monotonic`` it counts while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Hold:
    """One chunk, from its claim until it is recorded.

    Calling it answers the provider's question before each hand-over: must I stop?
    """

    def __init__(self, holder: Holder, *, stop: Stop) -> None:
        self.holder = holder
        self.renewed = _seconds()  # claimed a moment ago
        self._stop = stop
        self._halted = False
        self._until = self.renewed + _HOLD_SECONDS

    def __call__(self) -> bool:
        return self._halted or self._stop() or _seconds() >= self._until

    def halt(self) -> None:
        """It must not go on: its mailing, the hour, or somebody else has the chunk."""
        self._halted = True

    def renew(self, *, began: float) -> None:
        self.renewed = began
        self._until = began + _HOLD_SECONDS


class Watch:
    """Renews the leases of all chunks in flight and watches their mailings.

    A thread with a connection of its own, until it is closed.
    """

    def __init__(self, flight: Flight, *, stop: Stop) -> None:
        self._flight = flight
        self._stop = stop
        self._holds: set[Hold] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def hold(self, holder: Holder) -> Hold:
        """Begin to hold what was claimed just now; ``release`` ends it."""
        hold = Hold(holder, stop=self._stop)
        with self._lock:
            self._holds.add(hold)
        return hold

    def release(self, hold: Hold) -> None:
        with self._lock:
            self._holds.discard(hold)

    def _keep(self) -> None:
        driver = self._flight.open_driver()
        try:
            while not self._closed.wait(LOOK_SECONDS):
                with self._lock:
                    holds = list(self._holds)
                try:
                    self._look(driver, holds)
                except DriverError as error:
                    # Without the database a hold simply runs out.
                    log.warning("leases not renewed: %s", error)
        finally:
            driver.close()

    def _look(self, driver: Driver, holds: list[Hold]) -> None:
        states: dict[int, str] = {}
        if not self._flight.is_open():
            for hold in holds:
                hold.halt()
        for hold in holds:
            mailing_id = hold.holder.mailing_id
            if mailing_id not in states:
                states[mailing_id] = _state_of(driver, mailing_id)
            if states[mailing_id] != MailingState.SENDING:
                hold.halt()
                continue
            began = _seconds()
            if began - hold.renewed < RENEW_SECONDS:
                continue
            if ledger.renew(driver, hold.holder, now=self._flight.now()):
                hold.renew(began=began)
            else:
                hold.halt()


def _state_of(driver: Driver, mailing_id: int) -> str:
    with driver.reading() as read:
        row = read.one(statements.MAILING_STATE, mailing_id=mailing_id)
    return "" if row is None else str(row[0])
