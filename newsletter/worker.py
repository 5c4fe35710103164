"""The worker: does what is due, then looks again; mailings go by its dispatcher.

It may run beside others, on this machine or another: jobs and chunks are leased, and
what a dead worker left behind is taken over (dispatch.flight.recovery).
"""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from types import FrameType

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from database.driver import DriverError
from database.session import DatabaseUnreachable
from newsletter.agenda import JOBS
from newsletter.dispatch.flight.dispatcher import is_due
from newsletter.dispatch.flight.recovery import recover
from newsletter.dispatch.sending import (
    DispatcherFailed,
    Sending,
    SendingApart,
    SendingHere,
    flight_of,
)
from newsletter.errors import NewsletterError
from newsletter.jobs import queue
from newsletter.jobs.context import Context
from newsletter.jobs.models import JobState
from newsletter.providers.base import ProviderMisconfigured, Stop

log = logging.getLogger("buurtpost.worker")

# The server or the line to it; any other refusal is a mistake of ours.
_AWAY = (DriverError, InterfaceError, OperationalError)
IDLE_SECONDS = 1.0  # how long a worker with nothing to do waits before it looks again


class WorkerTrouble(NewsletterError):
    """Everything that could be done is done, and a person must mend something."""

    def __init__(self, troubles: list[str]) -> None:
        super().__init__(" ".join(dict.fromkeys(troubles)))
        self.troubles = troubles


def run_once(
    context: Context, *, stop: Stop = lambda: False, sending: Sending | None = None
) -> None:
    """Repeat until no job or chunk is due, work made by this work included.

    Does not wait for later retries or scheduled starts. Raises WorkerTrouble at the
    end when a provider refused us and a mailing was paused. ``sending`` is how
    mailings go out; without one they do in this process.
    """
    troubles: list[str] = []
    flight = flight_of(context)
    with (
        closing(flight.open_driver()) as driver,
        closing(sending or SendingHere(context)) as mails,
    ):
        recover(flight, driver)
        while not stop():
            # Jobs first: nobody who signs up should wait behind a long mailing.
            worked = _do_jobs(context, troubles=troubles, stop=stop)
            if not stop():
                worked |= mails.look(stop=stop)
            if not worked and not recover(flight, driver):
                break
    troubles += mails.troubles
    if troubles:
        raise WorkerTrouble(troubles)


def run_once_apart(
    context: Context, *, grace_seconds: float, stop: Stop = lambda: False
) -> None:
    """The same with a dispatcher of its own, as a process."""
    sending = SendingApart(context, grace_seconds=grace_seconds)
    run_once(context, stop=stop, sending=sending)


def loop(context: Context, *, grace_seconds: float, stopped: threading.Event) -> None:
    """Work until told to stop; troubles are logged, and the mailing says them too."""
    trouble = ""
    with stop_on_signals(stopped, grace_seconds):
        while not stopped.is_set():
            trouble = turn(
                context,
                grace_seconds=grace_seconds,
                stop=stopped.is_set,
                before=trouble,
            )
            stopped.wait(IDLE_SECONDS)


def turn(
    context: Context, *, grace_seconds: float, stop: Stop, before: str = ""
) -> str:
    """Do all that is due; what went wrong is logged and tried again in another turn.

    Returns what went wrong. The same as ``before`` is not said again: a database that
    is away for an hour is two lines of log.
    """
    trouble, defect = "", None
    try:
        run_once_apart(context, grace_seconds=grace_seconds, stop=stop)
    except (WorkerTrouble, DispatcherFailed, DatabaseUnreachable) as error:
        trouble = str(error)
    except (DBAPIError, DriverError) as error:
        # A database that restarts or a disk that is full for a while must not end its
        # workers: nobody would notice the one inside ``serve``.
        defect = None if isinstance(error, _AWAY) else error
        words = str(getattr(error, "orig", error)).partition("\n")[0]
        trouble = (
            f"The database cannot be used: {words}. Check that its server runs and "
            "that its disk has room; the worker goes on by itself."
        )
    except OSError as error:
        trouble = (
            f"{error.filename or context.settings.home} cannot be used: "
            f"{error.strerror or error}. Make room or mend its permissions; the worker "
            "goes on by itself."
        )
    if trouble and trouble != before:
        log.error("%s", trouble, exc_info=defect)
    if before and not trouble:
        log.info("The worker goes on.")
    return trouble


def look(context: Context) -> bool:
    """Take over what a dead worker left on this host; whether anything is due."""
    flight = flight_of(context)
    with closing(flight.open_driver()) as driver:
        recover(flight, driver)
        if is_due(flight, driver):
            return True
    return queue.is_due(context.database, now=context.now())


def _do_jobs(context: Context, *, troubles: list[str], stop: Stop) -> bool:
    worked = False
    while not stop():
        job = queue.claim(context.database, now=context.now())
        if job is None:
            break
        worked = True
        _do_job(context, job, troubles=troubles)
    return worked


def _do_job(context: Context, job: queue.ClaimedJob, *, troubles: list[str]) -> None:
    try:
        if job.kind not in JOBS:
            raise queue.Pointless(f"Nobody does jobs of kind {job.kind!r}.")
        if job.attempts > len(queue.RETRY_AFTER) + 1:
            raise queue.Pointless("Its worker died at every attempt.")
        JOBS[job.kind](context, job.payload)
    except Exception as error:
        if isinstance(error, ProviderMisconfigured):
            troubles.append(str(error))
        state = queue.failed(context.database, job, error=error, now=context.now())
        how = logging.ERROR if state is JobState.FAILED else logging.WARNING
        # Only its kind: an error's text may hold an address.
        log.log(how, "job=%d kind=%s failed=%s", job.id, job.kind, type(error).__name__)
        return
    queue.done(context.database, job)


@contextmanager
def stop_on_signals(stopped: threading.Event, grace_seconds: float) -> Iterator[None]:
    """SIGTERM and SIGINT: begin nothing new; end at the latest after the grace."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        begin_to_stop(stopped, grace_seconds)

    if threading.current_thread() is not threading.main_thread():
        yield  # `serve` runs us in a thread and sets ``stopped`` itself
        return
    before = {number: signal.signal(number, stop) for number in _STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def begin_to_stop(stopped: threading.Event, grace_seconds: float) -> None:
    """Begin nothing new; the process ends at the latest after the grace."""
    stopped.set()
    # The dispatcher has the same grace; a job that lasts longer is done again.
    timer = threading.Timer(grace_seconds + 1, os._exit, args=(1,))
    timer.daemon = True
    timer.start()


_STOPPING = (signal.SIGTERM, signal.SIGINT)
