"""What one thread learns from SendGrid and all of them must know."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Lock

from newsletter.providers.sendgrid.answers import Answer


class Gate:
    """Shut for a while by whoever hears that SendGrid takes nothing now."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._answer: Answer | None = None
        self._until = 0.0

    def shut(self, answer: Answer) -> None:
        """For as long as the answer says; the longest of several counts."""
        with self._lock:
            until = self._clock() + answer.seconds
            if until > self._until:
                self._answer, self._until = answer, until

    def says(self) -> Answer | None:
        """The answer that shut it, with the seconds left. None: go on."""
        with self._lock:
            left = self._until - self._clock()
            if self._answer is None or left <= 0:
                return None
            return replace(self._answer, seconds=left)


class Keys:
    """Several keys, for while one is exchanged for another: the first is used."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = list(keys)
        self._lock = Lock()

    def first(self) -> str:
        with self._lock:
            return self._keys[0]

    def refused(self, key: str) -> bool:
        """Leave it out from now on. False: there is no other to try."""
        with self._lock:
            if key not in self._keys:
                return True
            if len(self._keys) == 1:
                return False
            self._keys.remove(key)
            return True
