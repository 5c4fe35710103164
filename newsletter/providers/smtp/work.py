"""A chunk shared by several connections: who is next, and what went wrong."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.providers.base import (
    Chunk,
    Marks,
    ProviderBusy,
    ProviderError,
    Recipient,
    Stop,
)
from newsletter.providers.smtp.replies import Outcome, Verdict
from newsletter.providers.wording import is_mailbox


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, ready for the wire but for its last dot."""

    place: int
    sender: str
    address: str
    data: bytes  # dots doubled, ends in CRLF


class Work:
    """The journal and ``until`` are asked here and nowhere else."""

    def __init__(
        self,
        chunk: Chunk,
        marks: Marks,
        until: Stop,
        *,
        write: Callable[[int, Recipient], Mail],
    ) -> None:
        self._recipients = chunk.recipients
        self._marks = marks
        self._until = until
        self._write = write
        self._waiting = deque(range(len(chunk.recipients)))
        self._trouble: BaseException | None = None
        self._broken = False

    def is_over(self) -> bool:
        """Nobody waits, or it is time to stop."""
        return not self._waiting or self.must_stop()

    def must_stop(self) -> bool:
        return self._broken or self._until()

    def take(self) -> Mail | None:
        """The next mail; None when nobody is waiting, or when it is time to stop."""
        while self._waiting and not self.must_stop():
            place = self._waiting.popleft()
            recipient = self._recipients[place]
            if is_mailbox(recipient.address):
                return self._write(place, recipient)
            self._marks.refused(place, "The address cannot be mailed to.")
        return None

    def put_back(self, mail: Mail) -> None:
        """The relay never heard of it."""
        self._waiting.appendleft(mail.place)

    def begin(self, mail: Mail) -> bool:
        """The dot comes next: mark it, unless it is time to stop."""
        if self.must_stop():
            return False
        self._marks.handed_over(mail.place)
        return True

    def settle(self, mail: Mail, verdict: Verdict) -> None:
        match verdict.outcome:
            case Outcome.ACCEPTED:
                self._marks.accepted(mail.place, verdict.words)
            case Outcome.REFUSED:
                self._marks.refused(mail.place, verdict.words)
            case Outcome.LATER:
                self._marks.later(mail.place, verdict.words)

    def one_less(self, error: ProviderError) -> None:
        """A connection cannot go on; a busy relay may still serve the others."""
        self._trouble = error
        self._broken = self._broken or not isinstance(error, ProviderBusy)

    def break_off(self, error: BaseException) -> None:
        """A defect of ours, or a journal that cannot be written: nobody goes on."""
        self._trouble, self._broken = error, True

    def raise_what_went_wrong(self) -> None:
        """A relay that took everybody in the end has nothing to complain about."""
        if self._trouble is not None and (self._broken or self._waiting):
            raise self._trouble
