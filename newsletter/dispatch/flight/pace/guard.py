"""The circuit breaker within a chunk: not all of it goes to servers that refuse it."""

from collections.abc import Callable, Sequence

from newsletter.dispatch.flight.marks import ByteMarks, Mark, PlacedMarks
from newsletter.dispatch.flight.pace.breaker import (
    LEAST,
    MOST_REFUSED,
    Answers,
    Refusal,
    refusal,
    why_stop_at_once,
)
from newsletter.reasons import Reason
from subscribers.addresses import without_addresses


class Guard:
    """Counts the refusals of one chunk, and halts it when they are too many."""

    def __init__(self, marks: ByteMarks, halt: Callable[[], None]) -> None:
        self._marks = marks
        self._halt = halt
        self._refusals: list[Refusal] = []
        self.why: Reason | None = None  # why it was halted

    def placed(self, places: Sequence[int]) -> PlacedMarks:
        """The marks for one part, watched."""
        return _GuardedMarks(self._marks, places, self)

    def refused(self, words: str) -> None:
        words = without_addresses(words)
        self._refusals.append(refusal(words))
        if self.why is not None or len(self._refusals) <= LEAST * MOST_REFUSED:
            return
        accepted = self._marks.all().count(Mark.ACCEPTED)
        answers = Answers().and_then(accepted, self._refusals)
        self.why = why_stop_at_once(answers, words)
        if self.why is not None:
            self._halt()


class _GuardedMarks(PlacedMarks):
    # Only what is rare is watched: the others cost what they did.
    def __init__(self, marks: ByteMarks, places: Sequence[int], guard: Guard) -> None:
        super().__init__(marks, places)
        self._guard = guard

    def refused(self, place: int, why: str) -> None:
        super().refused(place, why)
        self._guard.refused(why)
