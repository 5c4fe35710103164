"""The circuit breaker: stop before the receivers stop us.

Who goes on mailing addresses that do not exist, or servers that refuse, is blocked for
good. A mailing is paused when too many of its latest answers were refusals; it says
why, and a person decides. What was answered before that person resumed it no longer
counts: the count begins again at nothing.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import Enum, auto

from newsletter.providers.statuses import is_gone, status_in
from newsletter.reasons import Code, Reason, reason

# So many of the latest answers are kept: a chunk of the usual size, so that trouble
# that begins late in a long mailing is seen with the next one.
LATEST = 500
# Of fewer nobody can say that it goes wrong: three of ten may be bad luck.
LEAST = 50
# Each wave of an ordinary list has its old addresses, up to two or three of a hundred.
# Ten is a list that was bought, guessed or years old; receivers block from about five.
MOST_UNKNOWN = 0.10
LEAST_UNKNOWN = 10  # of fifty six may still be bad luck
# Whatever it is that three of ten will not take, the fourth will not take either.
MOST_REFUSED = 0.30
# Gmail's and Yahoo's own line for senders of many mails; below five it is chance.
MOST_COMPLAINTS = 0.003
LEAST_COMPLAINTS = 5

_ABOUT_US = re.compile(
    r"\bspam|blacklist|blocklist|\bblocked|\bpolicy|reputation|spamhaus|\bbanned", re.I
)
_NOT_THERE = re.compile(
    r"(user|recipient|address|mailbox|account)\W+(\w+\W+){0,4}?"
    r"(unknown|not found|does not exist|doesn't exist|disabled)"
    r"|(unknown|no such|invalid) (user|recipient|address|mailbox)|mailbox unavailable"
    # With 5.4.1 this is how Exchange Online says it.
    r"|recipient address rejected: access denied",
    re.I,
)


class Refusal(Enum):
    UNKNOWN = auto()  # there is no such reader
    BLOCKED = auto()  # it is about us: policy, reputation, a list of senders of spam
    OTHER = auto()


def refusal(words: str) -> Refusal:
    """What a server says, by its status (RFC 3463), else by its words."""
    status = status_in(words)
    if is_gone(status):
        return Refusal.UNKNOWN
    # 5.7.x is policy; of 5.1.x only those about the sender are left.
    if status.startswith(("5.7.", "5.1.")):
        return Refusal.BLOCKED
    if _ABOUT_US.search(words):
        return Refusal.BLOCKED
    return Refusal.UNKNOWN if _NOT_THERE.search(words) else Refusal.OTHER


@dataclass(frozen=True)
class Answers:
    """The latest answers of a mailing, as it keeps them; older ones weigh less."""

    answers: float = 0
    refused: float = 0
    unknown: float = 0  # of those refused
    blocked: float = 0  # of those refused

    def and_then(self, accepted: int, refusals: Iterable[Refusal]) -> "Answers":
        """With the answers of one more chunk."""
        kinds = list(refusals)
        more = Answers(
            self.answers + accepted + len(kinds),
            self.refused + len(kinds),
            self.unknown + kinds.count(Refusal.UNKNOWN),
            self.blocked + kinds.count(Refusal.BLOCKED),
        )
        return more._faded(LATEST / more.answers) if more.answers > LATEST else more

    def _faded(self, share: float) -> "Answers":
        return Answers(
            self.answers * share,
            self.refused * share,
            self.unknown * share,
            self.blocked * share,
        )

    def stored(self) -> str:
        """As it is kept; "" when there is nothing to keep: nobody was refused."""
        if not self.refused:
            return ""
        return json.dumps({name: round(value, 2) for name, value in _items(self)})


def _items(answers: Answers) -> Iterable[tuple[str, float]]:
    return asdict(answers).items()


def read_answers(text: str) -> Answers:
    """What ``stored`` wrote."""
    return Answers(**json.loads(text)) if text else Answers()


def why_stop(answers: Answers, words: str) -> Reason | None:
    """Why a mailing had better be paused.

    ``words`` are of a latest refusal, without an address: they are kept and shown.
    """
    if answers.answers < LEAST:
        return None
    count = round(answers.unknown)
    if count >= LEAST_UNKNOWN and answers.unknown > answers.answers * MOST_UNKNOWN:
        total = round(answers.answers)
        return reason(Code.MANY_UNKNOWN, count=count, answers=total)
    return why_stop_at_once(answers, words)


def why_stop_at_once(answers: Answers, words: str) -> Reason | None:
    """The same in the middle of a chunk, where one looks again at every refusal.

    Whoever looks so often finds a streak of bad luck: only what cannot be one counts.
    """
    if answers.answers < LEAST or answers.refused <= answers.answers * MOST_REFUSED:
        return None
    is_about_us = answers.blocked * 2 > answers.refused
    return reason(
        Code.MANY_BLOCKED if is_about_us else Code.MANY_REFUSED,
        count=round(answers.refused),
        answers=round(answers.answers),
        words=words,
    )


def why_stop_for_reports(*, taken: int, bounced: int, complaints: int) -> Reason | None:
    """The same for what is reported later; ``taken`` are all that were accepted."""
    if complaints >= LEAST_COMPLAINTS and complaints > taken * MOST_COMPLAINTS:
        return reason(Code.MANY_COMPLAINTS, count=complaints, answers=taken)
    if taken >= LEAST and bounced > max(taken * MOST_UNKNOWN, LEAST_UNKNOWN - 1):
        return reason(Code.MANY_BOUNCED, count=bounced, answers=taken)
    return None
