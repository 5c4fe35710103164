"""One connection's share of the works: a mail a round trip (RFC 2920).

While the relay thinks about the dot of one mail it already holds the envelope of the
next: ``[body . MAIL RCPT DATA]`` is one write. Its answers come in the order of what
was asked, so each question puts who hears the answer in a row.

Only the dot lets the relay take a mail. Before it the mail is marked and the hold is
asked; what is lost before it was certainly not taken.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from newsletter.providers.base import ProviderError
from newsletter.providers.smtp.address import Relay
from newsletter.providers.smtp.connection import Connection, Patience
from newsletter.providers.smtp.greeting import connect, goodbye
from newsletter.providers.smtp.replies import (
    CLOSING,
    GO_ON,
    WAIT_SECONDS,
    Outcome,
    Verdict,
    about_us,
    hangs_up,
    is_yes,
    said,
    sender_refused,
    too_large,
    verdict_of,
)
from newsletter.providers.smtp.work import Mail
from newsletter.providers.wording import answer_of

Answer = Callable[[int, bytes], None]

# A relay that loses its answer twice running would put everybody in doubt.
_MOST_DOUBTS = 2
_FAREWELL_SECONDS = 1.0


class Supply(Protocol):
    """Where the mails of a lane come from, and who hears of its trouble."""

    def take(self) -> Mail | None: ...

    def is_anyone_waiting(self) -> bool: ...

    def lost(self, error: ProviderError) -> None:
        """The lane can do no more for now."""

    def break_off(self, error: Exception) -> None:
        """Nobody need go on."""


class Lane:
    """Carries mail over one connection after another, never over two at a time."""

    def __init__(
        self, supply: Supply, relay: Relay, *, name: str, patience: Patience
    ) -> None:
        self._supply = supply
        self._relay = relay
        self._name = name
        self._patience = patience
        self._rests_until = 0.0  # by the loop's clock
        self._dialling: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._is_pipelining = False
        self._awaited: deque[Answer] = deque()
        self._given: Mail | None = None  # its dot is sent, the answer is awaited
        self._next: Mail | None = None  # its envelope is under way
        self._knows_next = False  # the relay answered its MAIL
        self._no: Verdict | None = None  # the first no about it
        self._used = False  # the connection has carried something, or waited for it
        self._doubts = 0  # answers to a dot lost in a row
        self._quiet_since: float | None = None  # None: it spoke since the last look

    @property
    def is_idle(self) -> bool:
        return self._dialling is None and not self._awaited

    def is_free(self, now: float) -> bool:
        """Nothing to do, and not just turned away."""
        return self.is_idle and now >= self._rests_until

    def rest_no_longer(self) -> None:
        self._rests_until = 0.0

    @property
    def is_connected(self) -> bool:
        return self._connection is not None and not self._connection.closed

    def wake(self) -> None:
        """Somebody is waiting."""
        if self._connection is None or self._connection.closed:
            self._dial()
        else:
            self._start(self._connection)

    def look(self, now: float) -> None:
        """Called a few times a second: is the relay silent, or is it time to stop?"""
        if self._dialling is not None:
            if not self._supply.is_anyone_waiting():
                self._stop_dialling()
            return
        if not self._awaited:
            return
        if self._given is None and self._next is not None and self._next.work.is_over:
            self._cut()
            return
        if self._quiet_since is None:
            self._quiet_since = now
            return
        patience = self._patience
        seconds = patience.command if self._given is None else patience.dot
        if now - self._quiet_since > seconds:
            self._hang_up(f"no answer in {seconds:.0f} s")

    async def close(self, *, goodbye_seconds: float) -> None:
        """Whose answer is awaited stays in doubt; who comes next was not begun."""
        self._stop_dialling()
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._awaited:
            self._abandon(connection)
        await goodbye(connection, seconds=goodbye_seconds)

    # What the connection tells.

    def reply(self, code: int, words: bytes) -> None:
        self._quiet_since = None
        try:
            self._awaited.popleft()(code, words)
        except Exception as error:
            self._fail(error)

    def four_yeses(self, words: bytes) -> bool:
        """A whole turn of a mailing that goes well, in half the time of the above."""
        mail = self._given
        if mail is None or self._next is None or len(self._awaited) != 4:
            return False
        self._awaited.clear()
        self._given, self._doubts, self._quiet_since = None, 0, None
        self._knows_next = True
        try:
            mail.work.accepted(mail, said(250, words))
            self._hand_over()
        except Exception as error:
            self._fail(error)
        return True

    def lost(self, why: str) -> None:
        """What that means for who was under way; the next connection goes on."""
        doubt, self._given = self._given, None
        if doubt is not None:
            self._doubts += 1
            doubt.work.doubted()
        # An idle connection may have been closed long ago; a fresh one that will not
        # even hear of a mail says something about the relay.
        unwilling = doubt is None and not (self._knows_next or self._used)
        self._awaited.clear()
        self._give_up_next(why)
        if unwilling or self._doubts >= _MOST_DOUBTS:
            self._drop_out(hangs_up(self._relay, why))
        else:
            self._go_on()

    # From connection to connection.

    def _dial(self) -> None:
        self._dialling = asyncio.get_running_loop().create_task(self._connect())

    def _stop_dialling(self) -> None:
        if self._dialling is not None:
            self._dialling.cancel()
            self._dialling = None

    async def _connect(self) -> None:
        if self._connection is not None:
            # Some relays count, and turn us away while the last one is not yet closed.
            await asyncio.wait([self._connection.gone], timeout=_FAREWELL_SECONDS)
        try:
            connection = await connect(
                self._relay, name=self._name, patience=self._patience
            )
        except ProviderError as error:
            self._dialling = None
            self._drop_out(error)
        except Exception as error:
            self._dialling = None
            self._supply.break_off(error)
        else:
            self._dialling = None
            self._connection = connection
            self._is_pipelining = connection.features.pipelining
            self._used = False
            self._start(connection)

    def _start(self, connection: Connection) -> None:
        connection.listener = self
        self._quiet_since = None
        try:
            self._offer(self._take())
        except Exception as error:
            self._fail(error)

    def _go_on(self) -> None:
        if self._supply.is_anyone_waiting():
            self._dial()

    def _drop_out(self, error: ProviderError) -> None:
        self._doubts = 0
        self._rests_until = asyncio.get_running_loop().time() + WAIT_SECONDS
        self._supply.lost(error)

    def _fail(self, error: Exception) -> None:
        """About all of us, or a defect: no mail may go out unmarked."""
        self._supply.break_off(error)
        self._cut()

    # From mail to mail.

    def _take(self) -> Mail | None:
        assert self._connection is not None
        most = self._connection.features.size or 0
        while (mail := self._supply.take()) is not None:
            if not 0 < most < len(mail.data):
                return mail
            mail.work.put_back(mail)
            mail.work.break_off(too_large(self._relay, len(mail.data), most))
        return None

    def _offer(self, mail: Mail | None, *first: bytes) -> None:
        """Write ``first`` and a mail's envelope; without a mail the lane may rest."""
        connection = self._connection
        assert connection is not None
        self._next, self._knows_next, self._no = mail, False, None
        if mail is not None:
            self._awaited.append(self._on_mail)
            if self._is_pipelining:
                self._awaited.append(self._on_rcpt)
                self._awaited.append(self._on_data)
            first = (*first, self._envelope(mail))
        if first:
            connection.write(b"".join(first))
        if not self._awaited:
            self._used = True
            connection.listener = None

    def _envelope(self, mail: Mail) -> bytes:
        """All up to DATA; the first command where a relay wants them one by one."""
        assert self._connection is not None
        is_asked = self._connection.features.size is not None
        size = f" SIZE={len(mail.data)}" if is_asked else ""
        words = f"MAIL FROM:<{mail.sender}>{size}\r\n"
        if self._is_pipelining:
            words = f"{words}RCPT TO:<{mail.address}>\r\nDATA\r\n"
        return words.encode("ascii")

    def _on_mail(self, code: int, words: bytes) -> None:
        if is_yes(code):
            self._knows_next = self._used = True
            if not self._is_pipelining:
                self._step("RCPT TO:<{}>\r\n", self._on_rcpt)
        elif code == CLOSING:
            self._hang_up(_words(code, words))
        elif code >= 500 and about_us(self._relay, code, words) is None:
            # Another mailing may have a sender that the relay does let send.
            assert self._next is not None
            self._next.work.break_off(sender_refused(self._relay, code, words))
            self._cut()
        else:
            self._used = True
            self._say_no(code, words)

    def _on_rcpt(self, code: int, words: bytes) -> None:
        if self._no is not None or not is_yes(code):
            self._say_no(code, words)
        elif not self._is_pipelining:
            self._step("DATA\r\n", self._on_data)

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
        if is_yes(code):
            mail.work.accepted(mail, said(code, words))
        elif (error := about_us(self._relay, code, words)) is not None:
            mail.work.untouched(mail)
            raise error
        else:
            mail.work.declined(mail, verdict_of(code, words))
        if code == CLOSING:
            self._hang_up(_words(code, words))
        elif not self._awaited:
            self._offer(self._take())

    def _on_reset(self, code: int, words: bytes) -> None:
        if not is_yes(code):
            self._hang_up(_words(code, words))
        elif not self._awaited:
            self._offer(self._take())

    def _hand_over(self) -> None:
        mail = self._next
        assert mail is not None
        # All that can go wrong goes first: from the mark on the mail is in doubt.
        following = self._take() if self._is_pipelining else None
        if not mail.work.begin(mail):
            if following is not None:
                following.work.put_back(following)
            self._cut()
            return
        self._given = mail
        self._awaited.append(self._on_dot)
        self._offer(following, mail.data, b".\r\n")

    def _step(self, command: str, answer: Answer) -> None:
        """The next command, where a relay wants them one by one."""
        assert self._connection is not None
        assert self._next is not None
        self._awaited.append(answer)
        self._connection.write(command.format(self._next.address).encode("ascii"))

    def _say_no(self, code: int, words: bytes) -> None:
        """About the next mail; what follows the first no is only its echo."""
        if self._no is None:
            if error := about_us(self._relay, code, words):
                raise error
            verdict = verdict_of(code, words)
            # A yes where none belongs is no more than "not now".
            is_no = verdict.outcome is not Outcome.ACCEPTED
            self._no = verdict if is_no else Verdict(Outcome.LATER, verdict.words)
        if code == CLOSING:
            self._hang_up(self._no.words)
        elif not self._is_pipelining:
            self._reset()

    def _reset(self) -> None:
        """The answer about the next mail was no: say so, and clear the table."""
        mail, verdict = self._next, self._no
        assert mail is not None
        assert verdict is not None
        self._next, self._no = None, None
        mail.work.declined(mail, verdict)
        self._awaited.append(self._on_reset)
        self._offer(self._take() if self._is_pipelining else None, b"RSET\r\n")

    def _give_up_next(self, why: str) -> None:
        mail, self._next = self._next, None
        if mail is None:
            return
        if self._no is not None:
            mail.work.declined(mail, self._no)
        elif self._knows_next and not mail.work.is_over:
            words = f"The connection was lost before the mail was sent: {why}"
            mail.work.declined(mail, Verdict(Outcome.LATER, answer_of(words)))
        else:
            mail.work.put_back(mail)

    def _hang_up(self, why: str) -> None:
        assert self._connection is not None
        self._connection.abandon()
        self.lost(why)

    def _cut(self) -> None:
        """Before a dot: the relay forgets what it heard, and nobody was tried."""
        assert self._connection is not None
        self._abandon(self._connection)
        self._go_on()

    def _abandon(self, connection: Connection) -> None:
        connection.abandon()
        self._awaited.clear()
        given, self._given = self._given, None
        if given is not None:
            given.work.doubted()
        following, self._next = self._next, None
        if following is not None:
            following.work.put_back(following)


def _words(code: int, words: bytes) -> str:
    return f"{code} {words.decode('ascii', 'replace')}"
