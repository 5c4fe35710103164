"""The worker on several machines: Celery says when to look, the database at what.

A message carries nothing but that there is work. Which, and whose it is, says the
database, as it does without a broker; a message that is lost, late or doubled harms
nobody. Every idle worker looks once a second and offers what it sees; whoever gets the
message does what is due, by the same function as the worker without a broker. See
``docs/decisions/0013-celery-only-says-look.md``.
"""

import logging
import os
import socket
import threading
import time
import warnings
from typing import Any

from celery import Celery, signals
from celery.platforms import SecurityWarning
from kombu.exceptions import OperationalError
from sqlalchemy.exc import DBAPIError

from database.driver import DriverError
from newsletter import worker
from newsletter.errors import NewsletterError
from newsletter.jobs.context import Context

log = logging.getLogger("buurtpost.worker")

LOOK_SECONDS = 1.0
# A turn ends, and its message is answered, before a broker takes it for lost: RabbitMQ
# after half an hour, Redis after its visibility timeout. What is left is offered anew.
TURN_SECONDS = 600.0
_CONFIGURATION: dict[str, Any] = {
    # Answered after the work: the message of a worker that died comes back.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "task_ignore_result": True,
    "task_default_queue": "buurtpost",
    # A broker may start after us and be away for hours.
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    # A turn runs in the process itself, which could not answer to a heartbeat then.
    "broker_heartbeat": 0,
    # For the same reason no turn is running when a lost line is noticed.
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_enable_remote_control": False,
    "worker_detect_quorum_queues": False,
}
# With Redis's defaults the message of a dead worker comes back after minutes.
_REDIS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}


class BrokerRefused(NewsletterError):
    """The broker answers, and will not have us."""

    def __init__(self, url: str, why: Exception) -> None:
        super().__init__(
            f"The broker at {url} refused: {str(why).rstrip('.')}. Check the user, the "
            "password and the virtual host in BUURTPOST_BROKER_URL."
        )


def run(context: Context, *, grace_seconds: float) -> None:
    """Work until told to stop, then finish within the grace. Raises BrokerRefused."""
    stopped = threading.Event()
    app = make_app(str(context.settings.broker_url))
    _require_welcome(app)

    def turn() -> None:
        end = time.monotonic() + TURN_SECONDS
        worker.turn(
            context,
            grace_seconds=grace_seconds,
            stop=lambda: stopped.is_set() or time.monotonic() >= end,
        )

    lookout = Lookout(context, app, app.task(turn, name="buurtpost.turn"))

    def begin_to_look(sender: Any, **_: Any) -> None:
        # The timer of Celery's one loop: it stands still while this worker is at
        # work, and those who are not look.
        sender.timer.call_repeatedly(LOOK_SECONDS, lookout.look)

    def stop(**_: Any) -> None:
        worker.begin_to_stop(stopped, grace_seconds)

    signals.worker_ready.connect(begin_to_look, weak=False)
    signals.worker_shutting_down.connect(stop, weak=False)
    _calm_the_log()
    app.Worker(
        hostname=f"buurtpost-{os.getpid()}@{socket.gethostname()}",
        pool="solo",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    ).start()


def _calm_the_log() -> None:
    """Lines that say something, and no traceback of a broker that went away."""
    # Somebody listening means that Celery leaves our logging alone.
    signals.setup_logging.connect(lambda **_: None, weak=False)
    # Root is a danger to those who take pickles from a broker; we take JSON.
    warnings.simplefilter("ignore", SecurityWarning)
    for name in ("celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("celery.worker.request", "celery.bootsteps"):
        logging.getLogger(name).addFilter(_in_a_line)


def _in_a_line(record: logging.LogRecord) -> bool:
    record.exc_info = None  # what happened stands in the message as well
    return True


def make_app(broker_url: str) -> Any:
    """Celery over one broker; connects to nothing yet."""
    app = Celery("buurtpost", broker=broker_url, set_as_current=False)
    app.conf.update(_CONFIGURATION)
    if broker_url.startswith("redis"):
        app.conf.broker_transport_options = _REDIS
    return app


def _require_welcome(app: Any) -> None:
    """A broker that is away is waited for; one that refuses us would do so for ever."""
    with app.connection_for_read() as connection:
        try:
            connection.connect()
        except connection.recoverable_connection_errors:
            return
        except connection.connection_errors + connection.channel_errors as error:
            raise BrokerRefused(connection.as_uri(), error) from error


class Lookout:
    """Looks whether anything is due, and offers a turn to whoever is idle."""

    def __init__(self, context: Context, app: Any, turn: Any) -> None:
        self._context = context
        self._app = app
        self._turn = turn
        self._queue = app.amqp.queues[app.conf.task_default_queue]
        self._trouble = ""

    def look(self) -> None:
        """Never raises: what is missed now is seen a second later."""
        trouble = ""
        try:
            if worker.look(self._context):
                trouble = self._offer()
        except (DBAPIError, DriverError, OSError) as error:
            trouble = f"Cannot see what is due: {type(error).__name__}."
        if trouble and trouble != self._trouble:  # not once a second
            log.warning("%s", trouble)
        self._trouble = trouble

    def _offer(self) -> str:
        """One message, unless one is still waiting; what went wrong, "" if nothing."""
        # A line of its own: one kept open would be dead after the broker restarts.
        with self._app.connection_for_write() as connection:
            try:
                connection.ensure_connection(max_retries=1, interval_start=0.2)
                queue = self._queue(connection.default_channel).queue_declare()
                if queue.message_count == 0:
                    self._turn.apply_async(connection=connection, retry=False)
            except (
                OperationalError,
                *connection.connection_errors,
                *connection.channel_errors,
            ) as error:
                name = type(error).__name__
                return (
                    f"The broker is away ({name}): what is due waits in the database."
                )
        return ""
