"""``python -m newsletter.dispatch.flight``: the dispatcher as a process of its own.

The worker starts it when a chunk is due; its settings are the environment. It sends
until none is due and says on standard output, a JSON document a line, why mailings
were paused. SIGTERM, SIGINT and the end of standard input (the worker is gone) let it
finish what is on the wire and record it.
"""

import gc
import json
import logging
import os
import signal
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from types import FrameType
from typing import Final

from database.driver import DriverError
from database.durable import NotDurable
from newsletter.dispatch.flight.context import Flight
from newsletter.dispatch.flight.dispatcher import send_due
from newsletter.settings import read_settings
from subscribers.tokens import Signer

# Threads that make mails and the one that sends them take turns this often; at the
# ordinary five milliseconds connections would idle.
_TURN_SECONDS: Final = 0.0005
_NEW_ONES: Final = 20_000  # objects, a few chunks' worth, before the next look


def main(grace_seconds: float) -> int:
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    sys.setswitchinterval(_TURN_SECONDS)
    # What was loaded stays: nobody need look through it for what can go.
    gc.freeze()
    gc.set_threshold(_NEW_ONES)
    stopped = threading.Event()
    _stop_on_signals(stopped, grace_seconds)
    _stop_with_the_worker(stopped)
    settings = read_settings(os.environ)
    flight = Flight(
        settings, Signer(settings.signing_keys()), now=lambda: datetime.now(UTC)
    )
    try:
        with closing(flight.open_driver()) as driver:
            driver.require_durable()
        troubles = send_due(flight, stop=stopped.is_set)
    except NotDurable as error:
        _say(failed=str(error))
        return 1
    except DriverError as error:
        _say(
            failed=f"The database cannot be used: {error}. Check "
            "BUURTPOST_DATABASE_URL, that the server runs and that its disk has room."
        )
        return 1
    except OSError as error:
        _say(
            failed=f"{error.filename or settings.journals} cannot be written: "
            f"{error.strerror or error}. Make room or mend its permissions."
        )
        return 1
    for trouble in troubles:
        _say(trouble=trouble)
    return 0


def _say(**words: str) -> None:
    print(json.dumps(words), flush=True)


def _stop_on_signals(stopped: threading.Event, grace_seconds: float) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        if stopped.is_set():
            return
        stopped.set()
        # What is unanswered by then is in the journal as handed over, and in doubt
        # for whoever replays it: the same as an orderly end, without waiting.
        timer = threading.Timer(grace_seconds, os._exit, args=(1,))
        timer.daemon = True
        timer.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)


def _stop_with_the_worker(stopped: threading.Event) -> None:
    def wait_for_the_end() -> None:
        # Not by Python's own buffered reader: it would keep the process from ending.
        while os.read(sys.stdin.fileno(), 1024):
            pass
        stopped.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
