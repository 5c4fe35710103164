"""The one interface between what we send and who carries it.

A provider knows no database: it takes values, marks each recipient in the journal as
it goes, and returns nothing. The contract suite in
``tests/newsletter/providers/test_contract.py`` runs over every one of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from newsletter.errors import NewsletterError
from newsletter.reasons import Code, Reason, reason, said
from newsletter.rendering.merge import MergeTemplate, Slot

Stop = Callable[[], bool]  # True: begin no new hand-over


@dataclass(frozen=True)
class Message:
    """All that is the same for everyone in a chunk."""

    folder: str  # the number, or "service"
    from_name: str
    from_address: str
    reply_to: str
    subject: MergeTemplate  # plain text, no CR or LF
    html: MergeTemplate
    text: MergeTemplate
    language: str
    headers: tuple[tuple[str, str], ...]  # List-Id, Feedback-ID, ...; ASCII


class Recipient(NamedTuple):
    """One person of a chunk."""

    delivery: str  # opaque and stable: "12-345" is mailing 12, seq 345
    address: str
    name: str  # "" when unknown
    values: Mapping[Slot, str]
    one_click_url: str | None  # RFC 8058; None on service mail


@dataclass(frozen=True)
class Chunk:
    message: Message
    recipients: Sequence[Recipient]  # may be made when asked for: ask once for each


class Marks(Protocol):
    """Where a provider says what became of each recipient, by place in the chunk."""

    def handed_over(self, place: int) -> None:
        """Call before the byte that lets the provider take the mail leaves us."""

    def accepted(self, place: int, reference: str = "") -> None:
        """The provider took responsibility; ``reference`` is its own id."""

    def refused(self, place: int, why: str) -> None:
        """Never, for this recipient; ``why`` in the provider's words."""

    def later(self, place: int, why: str) -> None:
        """Not now: certainly not taken, worth another try."""

    def untouched(self, place: int) -> None:
        """Certainly not taken, and for nothing about this recipient.

        As if never handed over: queued again, and no try of theirs is spent.
        """


class Provider(Protocol):
    name: str
    chunk_size: int  # most recipients one call to send() may carry
    # How many threads may be in send() at a time, each with a chunk of its own: while
    # one is recorded another is sent. ``marks`` and ``until`` may then be asked from
    # any thread of the provider, yet never once send() has returned.
    at_once: int

    def send(self, chunk: Chunk, *, marks: Marks, until: Stop) -> None:
        """Hand the chunk over, marking every recipient in the journal as it goes.

        Begin no new hand-over once ``until`` says stop. Raise ProviderBusy or
        ProviderMisconfigured when nothing more can be handed over; what is marked
        *handed over* without an answer is then in doubt, what is untouched is queued.
        """

    def erase(self, address: str) -> None:
        """Have them forget an address for good; what they never kept is fine.

        It may be asked twice. Raise ProviderBusy or ProviderMisconfigured when it must
        be asked again.
        """

    def close(self) -> None:
        """Let go of connections; from any thread.

        Whoever is in send() comes back as if told to stop, without waiting for the
        answers that are still out.
        """


class ProviderError(NewsletterError):
    """The family of what can be wrong with a provider as a whole.

    Its ``reason`` is kept in the mailing and said in the reader's language; a plain
    sentence is one too. ``str()`` is its English.
    """

    def __init__(self, why: Reason | str) -> None:
        self.reason = said(why) if isinstance(why, str) else why
        super().__init__(str(self.reason))


class ProviderMisconfigured(ProviderError):
    """A person must mend it (key refused, sender not allowed): the mailing pauses."""


def wrong_settings(words: str) -> ProviderMisconfigured:
    """A setting of a provider is wrong: ``words`` say which, and what it must be."""
    return ProviderMisconfigured(reason(Code.SETTINGS, words=words))


class ProviderBusy(ProviderError):
    """It will not take more now; try again after ``seconds``."""

    def __init__(self, why: Reason | str, *, seconds: float) -> None:
        super().__init__(why)
        self.seconds = seconds


class ProviderLimit(ProviderBusy):
    """It took all it takes from us in an hour or a day; nobody's try is spent."""

    def __init__(self, why: Reason | str, *, seconds: float, period: str = "") -> None:
        super().__init__(why, seconds=seconds)
        self.period = period  # "daily", "hourly"; "" when it did not say
