"""Holding a claimed chunk while it is sent, and knowing when to stop.

Fencing cannot stop a mail that is already on the wire; looking at the clock before
each hand-over can. The clock is the monotonic one: the wall's may be set.
"""

import logging
import threading
import time
from types import TracebackType

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from database.session import Database
from newsletter.dispatch.flight import ledger
from newsletter.dispatch.flight.journal import Holder
from newsletter.dispatch.models import Mailing
from newsletter.dispatch.states import MailingState
from newsletter.jobs.context import Clock
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
    """Renews a lease and watches the mailing, in a thread, for as long as it is open.

    Calling it answers the provider's question before each hand-over: must I stop?
    """

    def __init__(
        self, database: Database, holder: Holder, *, now: Clock, stop: Stop
    ) -> None:
        self._database = database
        self._holder = holder
        self._now = now
        self._stop = stop
        self._released = threading.Event()
        self._halted = False
        # Claimed a moment ago: the lease began at the latest now.
        self._until = _seconds() + _HOLD_SECONDS
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __call__(self) -> bool:
        return self._halted or self._stop() or _seconds() >= self._until

    def __enter__(self) -> "Hold":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._released.set()
        self._thread.join()

    def _keep(self) -> None:
        renewed = _seconds()
        while not self._halted:
            try:
                if not self._mailing_goes_on():
                    self._halted = True
                    return
                if _seconds() - renewed >= RENEW_SECONDS:
                    renewed = _seconds()
                    self._renew(began=renewed)
            except SQLAlchemyError as error:
                # Without the database the hold simply runs out.
                log.warning(
                    "chunk=%d lease not renewed: %s",
                    self._holder.chunk_id,
                    type(error).__name__,
                )
            if self._released.wait(LOOK_SECONDS):
                return

    def _mailing_goes_on(self) -> bool:
        with self._database.read() as session:
            state = session.scalar(
                select(Mailing.state).where(Mailing.id == self._holder.mailing_id)
            )
        return state is MailingState.SENDING

    def _renew(self, *, began: float) -> None:
        if ledger.renew(self._database, self._holder, now=self._now()):
            self._until = began + _HOLD_SECONDS
        else:
            self._halted = True
