"""Letting the dispatcher send: as a lean process of its own, or within this one."""

import json
import logging
import subprocess
import sys
from contextlib import closing
from typing import Protocol

from newsletter.dispatch.flight.context import Flight
from newsletter.dispatch.flight.dispatcher import is_due, send_due
from newsletter.errors import NewsletterError
from newsletter.jobs.context import Context
from newsletter.providers.base import Stop

log = logging.getLogger("buurtpost.worker")

COMMAND = (sys.executable, "-m", "newsletter.dispatch.flight")
# glibc keeps a heap for each of the threads, though only one of them makes mails at a
# time: with four connections to SendGrid that is a tenth of the process.
_LITTLE_MEMORY = {"MALLOC_ARENA_MAX": "1"}
_WAIT_SECONDS = 0.5  # for a process that is sending, before jobs are looked at again
_AFTER_GRACE_SECONDS = 10.0
_MOST_CRASHES = 3  # in a row, before a person must look


class DispatcherFailed(NewsletterError):
    """The dispatcher ended by itself, again and again or without the database."""


class Sending(Protocol):
    """Sends what is due, beside the worker's other work."""

    troubles: list[str]  # why mailings were paused

    def look(self, *, stop: Stop) -> bool:
        """Begin, or go on, if a chunk is due; whether there was anything to do.

        Raises DispatcherFailed.
        """

    def close(self) -> None:
        """Leave nothing running."""


def flight_of(context: Context) -> Flight:
    return Flight(context.settings, context.signer, context.now)


class SendingHere:
    """Sends in this process, to the end: for tests, which bring clocks and fakes."""

    def __init__(self, context: Context) -> None:
        self._flight = flight_of(context)
        self.troubles: list[str] = []

    def look(self, *, stop: Stop) -> bool:
        if not _is_due(self._flight):
            return False
        self.troubles += send_due(self._flight, stop=stop)
        return True

    def close(self) -> None:
        """Nothing was left running: it sends to the end."""


class SendingApart:
    """Sends in a child process that loads the driver, sockets and little else.

    It is started when a chunk is due and ends when none is; jobs go on meanwhile.
    """

    def __init__(self, context: Context, *, grace_seconds: float) -> None:
        self._flight = flight_of(context)
        self._grace_seconds = grace_seconds
        self._child: subprocess.Popen[str] | None = None
        self._crashes = 0
        self.troubles: list[str] = []

    def look(self, *, stop: Stop) -> bool:
        if self._child is None:
            if stop() or not _is_due(self._flight):
                return False
            self._child = self._start()
        try:
            code = self._child.wait(timeout=_WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            return True
        self._end(code, _last_words(self._child))
        return True

    def close(self) -> None:
        """Let it finish what is on the wire; it gives up by itself after the grace."""
        child, self._child = self._child, None
        if child is None:
            return
        child.terminate()
        try:
            child.wait(timeout=self._grace_seconds + _AFTER_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        _last_words(child)

    def _start(self) -> subprocess.Popen[str]:
        # Nothing in the command was typed but a number, and there is no shell. It
        # never reads its input: that ends when we do, however we die.
        return subprocess.Popen(  # noqa: S603 - see above
            [*COMMAND, str(self._grace_seconds)],
            env={**_LITTLE_MEMORY, **self._flight.settings.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _end(self, code: int, said: str) -> None:
        self._child = None
        if code == 0:
            self._crashes = 0
        for line in said.splitlines():
            words = json.loads(line)
            if "trouble" in words:
                self.troubles.append(words["trouble"])
            if "failed" in words:
                raise DispatcherFailed(words["failed"])
        if code != 0:
            self._crashes += 1
            # Whatever it had in hand is in its journal.
            log.error("The dispatcher ended with code %d.", code)
        if self._crashes >= _MOST_CRASHES:
            raise DispatcherFailed(
                f"The dispatcher ended {self._crashes} times with code {code}; the "
                "reason stands in the log above. Nothing is lost; what it had in hand "
                "is taken up again."
            )


def _last_words(child: subprocess.Popen[str]) -> str:
    """What it said in all, a few lines; its pipes are closed."""
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        return child.stdout.read()


def _is_due(flight: Flight) -> bool:
    with closing(flight.open_driver()) as driver:
        return is_due(flight, driver)
