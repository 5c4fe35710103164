"""What is said over one connection: a mail a round trip (RFC 2920).

While the relay thinks about the dot of one mail it already holds the envelope of the
next: ``[body . MAIL RCPT DATA]`` is one write. Its answers come in the order of what
was asked, so each question puts who hears the answer in a row.

Only the dot lets the relay take a mail. Before it the mail is marked and the hold is
asked; what is lost before it was certainly not taken.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from newsletter.providers.smtp.address import Relay
from newsletter.providers.smtp.connection import Connection, Patience
from newsletter.providers.smtp.greeting import goodbye
from newsletter.providers.smtp.replies import (
    CLOSING,
    GO_ON,
    Outcome,
    Verdict,
    about_us,
    is_yes,
    said,
    sender_refused,
    too_large,
    verdict_of,
)
from newsletter.providers.smtp.work import Mail
from newsletter.providers.wording import answer_of

Answer = Callable[[int, bytes], None]


class Supply(Protocol):
    """Where mails come from."""

    def take(self) -> Mail | None: ...

    def break_off(self, error: Exception) -> None:
        """Nobody need go on."""


class Loss(NamedTuple):
    """A connection the relay ended, or that was given up for its silence."""

    why: str
    in_doubt: bool  # the answer to a dot was lost
    unwilling: bool  # fresh, and it would not even hear of a mail


class Dialogue:
    """Mails over one connection, from the moment it may carry them until it is gone."""

    def __init__(
        self,
        connection: Connection,
        relay: Relay,
        *,
        supply: Supply,
        patience: Patience,
        ended: Callable[[Loss | None], None],
    ) -> None:
        """``ended`` is told of a loss; of None when we hung up before a dot."""
        self.connection = connection
        self.has_answered = False  # the relay: a dot, once at least
        self._relay = relay
        self._supply = supply
        self._patience = patience
        self._ended = ended
        self._is_pipelining = connection.features.pipelining
        self._most_bytes = connection.features.size or 0  # 0: any size
        self._awaited: deque[Answer] = deque()
        self._given: Mail | None = None  # its dot is sent, the answer is awaited
        self._next: Mail | None = None  # its envelope is under way
        self._knows_next = False  # the relay answered its MAIL
        self._no: Verdict | None = None  # the first no about it
        self._used = False  # it has carried something, or waited for it
        self._quiet_since: float | None = None  # None: it spoke since the last look

    @property
    def is_resting(self) -> bool:
        return not self._awaited

    def start(self) -> None:
        """Carry mails until there are no more, and then rest."""
        self.connection.listener = self
        self._quiet_since = None
        try:
            self._offer(self._take())
        except Exception as error:
            self._fail(error)

    def look(self, now: float) -> None:
        """Called a few times a second: is the relay silent, or is it time to stop?"""
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
        if self._awaited:
            self._abandon()
        await goodbye(self.connection, seconds=goodbye_seconds)

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
        self._given, self._quiet_since = None, None
        self.has_answered = self._knows_next = True
        try:
            mail.work.accepted(mail, said(250, words))
            self._hand_over()
        except Exception as error:
            self._fail(error)
        return True

    def lost(self, why: str) -> None:
        """What that means for who was under way."""
        given, self._given = self._given, None
        if given is not None:
            given.work.doubted()
        # An idle connection may have been closed long ago; a fresh one that will not
        # even hear of a mail says something about the relay.
        unwilling = given is None and not (self._knows_next or self._used)
        self._awaited.clear()
        self._give_up_next(why)
        self._ended(Loss(why, in_doubt=given is not None, unwilling=unwilling))

    # From mail to mail.

    def _take(self) -> Mail | None:
        while (mail := self._supply.take()) is not None:
            if not 0 < self._most_bytes < len(mail.data):
                return mail
            mail.work.put_back(mail)
            mail.work.break_off(
                too_large(self._relay, len(mail.data), self._most_bytes)
            )
        return None

    def _offer(self, mail: Mail | None, *first: bytes) -> None:
        """Write ``first`` and a mail's envelope; without a mail it rests."""
        self._next, self._knows_next, self._no = mail, False, None
        if mail is not None:
            self._awaited.append(self._on_mail)
            if self._is_pipelining:
                self._awaited.append(self._on_rcpt)
                self._awaited.append(self._on_data)
            first = (*first, self._envelope(mail))
        if first:
            self.connection.write(b"".join(first))
        if not self._awaited:
            self._used = True
            self.connection.listener = None

    def _envelope(self, mail: Mail) -> bytes:
        """All up to DATA; the first command where a relay wants them one by one."""
        is_asked = self.connection.features.size is not None
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
            self._awaited.append(self._on_nothing)
            self.connection.write(b".\r\n")
        else:
            self._say_no(code, words)
            # Hung up, or where commands go one by one, that is done already.
            if self._next is not None:
                self._reset()

    def _on_nothing(self, code: int, words: bytes) -> None:  # noqa: ARG002 - called like the others
        if code == CLOSING:
            self._hang_up("it hung up")
        else:
            self._reset()

    def _on_dot(self, code: int, words: bytes) -> None:
        mail, self._given = self._given, None
        assert mail is not None
        self.has_answered = True
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
        assert self._next is not None
        self._awaited.append(answer)
        self.connection.write(command.format(self._next.address).encode("ascii"))

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
        self.connection.abandon()
        self.lost(why)

    def _cut(self) -> None:
        """Before a dot: the relay forgets what it heard, and nobody was tried."""
        self._abandon()
        self._ended(None)

    def _fail(self, error: Exception) -> None:
        """About all of us, or a defect: no mail may go out unmarked."""
        self._supply.break_off(error)
        self._cut()

    def _abandon(self) -> None:
        self.connection.abandon()
        self._awaited.clear()
        given, self._given = self._given, None
        if given is not None:
            given.work.doubted()
        following, self._next = self._next, None
        if following is not None:
            following.work.put_back(following)


def _words(code: int, words: bytes) -> str:
    return f"{code} {words.decode('ascii', 'replace')}"
