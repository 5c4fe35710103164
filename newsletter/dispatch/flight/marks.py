"""What a provider said of each recipient: one byte a place, and the words beside it."""

import mmap
from collections.abc import Sequence
from enum import IntEnum

from newsletter.providers.base import Marks


class Mark(IntEnum):
    """The value of a journal's byte. The numbers are on disk: never reuse one."""

    UNTOUCHED = 0  # certainly not handed over
    HANDED_OVER = 1  # perhaps taken: in doubt unless an answer follows
    ACCEPTED = 2  # the provider took responsibility
    REFUSED = 3  # never, for this recipient
    LATER = 4  # certainly not taken, worth another try


class ByteMarks:
    """Marks kept in a buffer of one byte a place.

    The words live in memory only: after a crash the outcome is known and the
    provider's reason for it is not.
    """

    def __init__(self, buffer: bytearray | mmap.mmap, *, start: int = 0) -> None:
        self._buffer = buffer
        self._start = start
        self.words: dict[int, str] = {}

    def handed_over(self, place: int) -> None:
        self._buffer[self._start + place] = Mark.HANDED_OVER

    # The provider's own id does not fit in a byte; nothing here needs it.
    def accepted(self, place: int, reference: str = "") -> None:  # noqa: ARG002 - see above
        self._buffer[self._start + place] = Mark.ACCEPTED

    def refused(self, place: int, why: str) -> None:
        self.words[place] = why
        self._buffer[self._start + place] = Mark.REFUSED

    def later(self, place: int, why: str) -> None:
        self.words[place] = why
        self._buffer[self._start + place] = Mark.LATER

    def untouched(self, place: int) -> None:
        self._buffer[self._start + place] = Mark.UNTOUCHED

    def all(self) -> bytes:
        """One byte a place, as a dead process would leave them."""
        return bytes(self._buffer[self._start :])

    def mark(self, place: int) -> Mark:
        return Mark(self._buffer[self._start + place])


class PlacedMarks:
    """The same marks as a provider sees them: its recipient n stands at ``places[n]``.

    A chunk is sent in parts when a provider carries fewer at a time, and without those
    who left since the freeze.
    """

    def __init__(self, marks: Marks, places: Sequence[int]) -> None:
        self._marks = marks
        self._places = places

    def handed_over(self, place: int) -> None:
        self._marks.handed_over(self._places[place])

    def accepted(self, place: int, reference: str = "") -> None:
        self._marks.accepted(self._places[place], reference)

    def refused(self, place: int, why: str) -> None:
        self._marks.refused(self._places[place], why)

    def later(self, place: int, why: str) -> None:
        self._marks.later(self._places[place], why)

    def untouched(self, place: int) -> None:
        self._marks.untouched(self._places[place])
