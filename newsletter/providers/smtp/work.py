"""One chunk on its way: who is next, what became of whom, and what went wrong.

Made and waited for by the thread that sends the chunk; everything else happens in the
thread of the connections. The journal and ``until`` are asked here and nowhere else,
and what goes wrong with them is this chunk's trouble and no other's.
"""

from collections import deque
from collections.abc import Callable
from threading import Event
from typing import NamedTuple

from newsletter.providers.base import (
    Chunk,
    Marks,
    ProviderBusy,
    ProviderError,
    ProviderLimit,
    Recipient,
    Stop,
)
from newsletter.providers.smtp.replies import Outcome, Verdict
from newsletter.providers.wording import is_mailbox


class Mail(NamedTuple):
    """One mail, ready for the wire but for its last dot."""

    work: "Work"  # the chunk it is of
    place: int
    sender: str
    address: str
    data: bytes  # dots doubled, ends in CRLF


# What a chunk needs to write a mail: the return address and the data.
Write = Callable[[Recipient], tuple[str, bytes]]


class Work:
    """Counts who is under way: it is done when nobody is, and nobody may follow."""

    def __init__(
        self, chunk: Chunk, marks: Marks, until: Stop, *, write: Write
    ) -> None:
        self._recipients = chunk.recipients
        self._marks = marks
        self._until = until
        self._write = write
        self._waiting = deque(range(len(chunk.recipients)))
        self._under_way = 0
        self._trouble: BaseException | None = None
        self._broken = False
        self._is_over = False  # told to stop, or broken: nothing new is begun
        self._done = Event()
        self._check()

    def wait(self) -> None:
        """Until every mail has an outcome, waits again, or is in doubt.

        Raises what went wrong, unless the relay took everybody in the end.
        """
        self._done.wait()
        if self._trouble is not None and (self._broken or self._waiting):
            raise self._trouble

    @property
    def is_done(self) -> bool:
        return self._done.is_set()

    @property
    def is_over(self) -> bool:
        return self._is_over

    @property
    def waiting(self) -> int:
        """How many nobody has taken yet; 0 when nobody may."""
        return 0 if self._is_over else len(self._waiting)

    def ask(self) -> None:
        """Ask whether it is time to stop."""
        try:
            told_to_stop = self._is_over or self._until()
        except Exception as error:
            self.break_off(error)
        else:
            if told_to_stop:
                self.stop()

    def stop(self) -> None:
        self._is_over = True
        self._check()

    def take(self) -> Mail | None:
        """The next mail; None when nobody is waiting, or nobody may follow."""
        while self._waiting and not self._is_over:
            place = self._waiting.popleft()
            recipient = self._recipients[place]
            try:
                if is_mailbox(recipient.address):
                    sender, data = self._write(recipient)
                    self._under_way += 1
                    return Mail(self, place, sender, recipient.address, data)
                self._marks.refused(place, "The address cannot be mailed to.")
            except Exception as error:
                self._waiting.appendleft(place)
                self.break_off(error)
        self._check()
        return None

    def put_back(self, mail: Mail) -> None:
        """The relay never heard of it."""
        self._waiting.appendleft(mail.place)
        self._landed()

    def begin(self, mail: Mail) -> bool:
        """The dot comes next: mark it, unless it is time to stop."""
        try:
            if self._is_over or self._until():
                self._is_over = True
                return False
            self._marks.handed_over(mail.place)
        except Exception as error:
            self.break_off(error)
            return False
        return True

    def accepted(self, mail: Mail, words: str) -> None:
        try:
            self._marks.accepted(mail.place, words)
        except Exception as error:
            self.break_off(error)
        self._landed()

    def declined(self, mail: Mail, verdict: Verdict) -> None:
        """The relay said no, about this one."""
        refused = verdict.outcome is Outcome.REFUSED
        mark = self._marks.refused if refused else self._marks.later
        try:
            mark(mail.place, verdict.words)
        except Exception as error:
            self.break_off(error)
        self._landed()

    def untouched(self, mail: Mail) -> None:
        """The relay said no after the dot, and not about this one."""
        try:
            self._marks.untouched(mail.place)
        except Exception as error:
            self.break_off(error)
        self.put_back(mail)

    def doubted(self) -> None:
        """A dot was sent and no answer came; the mark of that mail says so."""
        self._landed()

    def suffer(self, error: ProviderError) -> None:
        """What a connection could not get over; a busy relay may still serve others."""
        if isinstance(error, ProviderBusy) and not isinstance(error, ProviderLimit):
            self._trouble = self._trouble if self._broken else error
        else:
            self.break_off(error)

    def break_off(self, error: BaseException) -> None:
        """Nobody goes on; the first reason is the one that is told."""
        if not self._broken:
            self._trouble, self._broken = error, True
        self.stop()

    def _landed(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self._check()

    def _check(self) -> None:
        if not self._under_way and (self._is_over or not self._waiting):
            self._done.set()
