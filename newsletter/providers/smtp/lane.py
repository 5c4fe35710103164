"""One connection's share of a chunk: a mail a round trip (RFC 2920).

While the relay thinks about the dot of one mail it already holds the envelope of the
next: ``[body . MAIL RCPT DATA]`` is one write. Its answers come in the order of what
was asked, so each question puts who hears the answer in a row.

Only the dot lets the relay take a mail. Before it the mail is marked and the hold is
asked; what is lost before it was certainly not taken.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from newsletter.providers.base import ProviderError
from newsletter.providers.smtp.address import Relay
from newsletter.providers.smtp.connection import Connection, Patience
from newsletter.providers.smtp.replies import (
    CLOSING,
    GO_ON,
    KEY_REFUSED,
    Outcome,
    Verdict,
    hangs_up,
    is_yes,
    key_refused,
    sender_refused,
    too_large,
    verdict_of,
)
from newsletter.providers.smtp.work import Mail, Work
from newsletter.providers.wording import answer_of

Answer = Callable[[int, bytes], None]

# A relay that loses its answer twice running would put everybody in doubt.
_MOST_DOUBTS = 2


class Lane:
    """Carries mail over one connection after another until the work is over."""

    def __init__(
        self,
        work: Work,
        relay: Relay,
        *,
        patience: Patience,
        connect: Callable[[], Awaitable[Connection]],
        keep: Callable[[Connection], None],
    ) -> None:
        self._work = work
        self._relay = relay
        self._patience = patience
        self._connect = connect
        self._keep = keep
        self._connection: Connection | None = None
        # True: come back over a fresh connection. An error: the lane ends by it.
        self._ended: asyncio.Future[bool] | None = None
        self.is_connecting = False
        self._awaited: deque[Answer] = deque()
        self._given: Mail | None = None  # its dot is sent, the answer is awaited
        self._next: Mail | None = None  # its envelope is under way
        self._knows_next = False  # the relay answered its MAIL
        self._no: Verdict | None = None  # the first no about it
        self._used = False  # the connection has carried something
        self._doubts = 0  # answers to a dot lost in a row
        self._quiet_since: float | None = None  # None: it spoke since the last look

    async def run(self) -> None:
        """Raises no Exception: Work knows what went wrong."""
        try:
            while not self._work.is_over():
                self.is_connecting = True
                connection = await self._connect()
                self.is_connecting = False
                if not await self._talk(connection):
                    break
        except ProviderError as error:
            self._work.one_less(error)
        except Exception as error:
            self._work.break_off(error)

    def look(self, now: float, *, must_stop: bool) -> None:
        """Called a few times a second: is the relay silent, or is it time to stop?"""
        if self._ended is None or self._ended.done():
            return
        if must_stop and self._given is None:
            self._stop()
            return
        if self._quiet_since is None:
            self._quiet_since = now
            return
        patience = self._patience
        seconds = patience.command if self._given is None else patience.dot
        if now - self._quiet_since > seconds:
            self._hang_up(f"no answer in {seconds:.0f} s")

    def reply(self, code: int, words: bytes) -> None:
        self._quiet_since = None
        try:
            if self._awaited:
                self._awaited.popleft()(code, words)
            else:
                self._hang_up("an answer to nothing we asked")
        except ProviderError as error:
            self._fail(error)
        except Exception as error:
            # A journal that cannot be written: the mail must not go out unmarked.
            self._work.break_off(error)
            self._fail(error)

    def lost(self, why: str) -> None:
        """What that means for who was under way; the next connection goes on."""
        doubt, self._given = self._given is not None, None
        self._doubts = self._doubts + 1 if doubt else self._doubts
        # An idle connection may have been closed long ago; a fresh one that will not
        # even hear of a mail says something about the relay.
        unwilling = not (doubt or self._knows_next or self._used)
        self._awaited.clear()
        self._give_up_next(why)
        if unwilling or self._doubts >= _MOST_DOUBTS:
            self._end(hangs_up(self._relay, why))
        else:
            self._end(True)

    async def _talk(self, connection: Connection) -> bool:
        """Carry mail over it. False: it is of no more use, and neither is another."""
        self._connection = connection
        self._used = connection.used
        self._quiet_since = None
        self._awaited.clear()
        self._ended = asyncio.get_running_loop().create_future()
        connection.listener = self
        try:
            self._offer(self._work.take())
            return await self._ended
        finally:
            connection.listener = None
            if self._ended.cancelled() or self._awaited:
                connection.abandon()
            elif not connection.closed:
                self._keep(connection)

    def _offer(self, mail: Mail | None, *, first: bytes = b"") -> None:
        """Write ``first`` and a mail's envelope; without a mail the lane is done."""
        assert self._connection is not None
        words = first + self._envelope(mail)
        self._next, self._knows_next, self._no = mail, False, None
        if mail is not None:
            self._awaited.append(self._on_mail)
            if self._pipelining:
                self._awaited.extend((self._on_rcpt, self._on_data))
        if words:
            self._connection.write(words)
        if not self._awaited:
            self._end(False)

    def _envelope(self, mail: Mail | None) -> bytes:
        """All up to DATA; the first command where a relay wants them one by one."""
        assert self._connection is not None
        if mail is None:
            return b""
        features = self._connection.features
        declared = ""
        if features.size is not None:
            if 0 < features.size < len(mail.data):
                self._work.put_back(mail)
                raise too_large(self._relay, len(mail.data), features.size)
            declared = f" SIZE={len(mail.data)}"
        words = f"MAIL FROM:<{mail.sender}>{declared}\r\n"
        if features.pipelining:
            words += f"RCPT TO:<{mail.address}>\r\nDATA\r\n"
        return words.encode("ascii")

    def _on_mail(self, code: int, words: bytes) -> None:
        if code == CLOSING:
            self._hang_up(_words(code, words))
        elif is_yes(code):
            self._knows_next = self._used = True
            self._step("RCPT TO:<{}>\r\n", self._on_rcpt)
        elif code >= 500:
            raise sender_refused(self._relay, code, words)
        else:
            self._used = True
            self._say_no(code, words)

    def _on_rcpt(self, code: int, words: bytes) -> None:
        if self._no is None and is_yes(code):
            self._step("DATA\r\n", self._on_data)
        else:
            self._say_no(code, words)

    def _on_data(self, code: int, words: bytes) -> None:
        if code == GO_ON and self._no is None:
            self._hand_over()
        elif code == GO_ON:
            # It waits for a mail nobody gets: an empty one ends that.
            assert self._connection is not None
            self._awaited.append(self._on_nothing)
            self._connection.write(b".\r\n")
        else:
            self._say_no(code, words)
            # Hung up, or where commands go one by one, that is done already.
            if self._next is not None:
                self._reset()

    def _on_nothing(self, code: int, words: bytes) -> None:  # noqa: ARG002
        if code == CLOSING:
            self._hang_up("it hung up")
        else:
            self._reset()

    def _on_dot(self, code: int, words: bytes) -> None:
        mail, self._given = self._given, None
        assert mail is not None
        self._doubts = 0
        self._work.settle(mail, verdict_of(code, words))
        if code == CLOSING or code in KEY_REFUSED:
            # The next MAIL over a fresh connection is told so too, and pauses.
            self._hang_up(_words(code, words))
        elif not self._awaited:
            self._offer(self._work.take())

    def _on_reset(self, code: int, words: bytes) -> None:
        if not is_yes(code):
            self._hang_up(_words(code, words))
        elif not self._awaited:
            self._offer(self._work.take())

    def _hand_over(self) -> None:
        mail = self._next
        assert mail is not None
        # All that can go wrong goes first: from the mark on the mail is in doubt.
        following = self._work.take() if self._pipelining else None
        self._envelope(following)
        if not self._work.begin(mail):
            if following is not None:
                self._work.put_back(following)
            self._stop()
            return
        self._given = mail
        self._awaited.append(self._on_dot)
        self._offer(following, first=mail.data + b".\r\n")

    def _step(self, command: str, answer: Answer) -> None:
        """The next command, where a relay wants them one by one."""
        if self._pipelining:
            return
        assert self._connection is not None
        assert self._next is not None
        self._awaited.append(answer)
        self._connection.write(command.format(self._next.address).encode("ascii"))

    def _say_no(self, code: int, words: bytes) -> None:
        """About the next mail; what follows the first no is only its echo."""
        if self._no is None:
            if code in KEY_REFUSED:
                raise key_refused(self._relay, code, words)
            verdict = verdict_of(code, words)
            # A yes where none belongs is no more than "not now".
            is_no = verdict.outcome is not Outcome.ACCEPTED
            self._no = verdict if is_no else Verdict(Outcome.LATER, verdict.words)
        if code == CLOSING:
            self._hang_up(self._no.words)
        elif not self._pipelining:
            self._reset()

    def _reset(self) -> None:
        """The answer about the next mail was no: say so, and clear the table."""
        mail, verdict = self._next, self._no
        assert mail is not None
        assert verdict is not None
        self._next, self._no = None, None
        self._work.settle(mail, verdict)
        self._awaited.append(self._on_reset)
        following = self._work.take() if self._pipelining else None
        self._offer(following, first=b"RSET\r\n")

    def _give_up_next(self, why: str) -> None:
        mail, self._next = self._next, None
        if mail is None:
            return
        if self._no is not None:
            self._work.settle(mail, self._no)
        elif self._knows_next and not self._work.must_stop():
            words = f"The connection was lost before the mail was sent: {why}"
            self._work.settle(mail, Verdict(Outcome.LATER, answer_of(words)))
        else:
            self._work.put_back(mail)

    def _stop(self) -> None:
        """Before a dot: the relay forgets what it heard, and nobody was tried."""
        self._abandon()
        self._end(False)

    def _hang_up(self, why: str) -> None:
        assert self._connection is not None
        self._connection.abandon()
        self.lost(why)

    def _fail(self, error: Exception) -> None:
        self._abandon()
        self._end(error)

    def _abandon(self) -> None:
        assert self._connection is not None
        self._connection.abandon()
        self._awaited.clear()
        if self._next is not None:
            self._work.put_back(self._next)
            self._next = None

    def _end(self, how: bool | Exception) -> None:
        if self._ended is None or self._ended.done():
            return
        if isinstance(how, Exception):
            self._ended.set_exception(how)
        else:
            self._ended.set_result(how)

    @property
    def _pipelining(self) -> bool:
        assert self._connection is not None
        return self._connection.features.pipelining


def _words(code: int, words: bytes) -> str:
    return f"{code} {words.decode('ascii', 'replace')}"
