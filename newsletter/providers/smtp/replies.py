"""What the relay's answers mean, and the reasons for the person who must act."""

from enum import Enum, auto
from typing import Final, NamedTuple

from newsletter.providers.base import (
    ProviderBusy,
    ProviderError,
    ProviderLimit,
    ProviderMisconfigured,
)
from newsletter.providers.smtp.address import Relay
from newsletter.providers.smtp.limits import limit_in
from newsletter.providers.wording import answer_of
from newsletter.reasons import Code, reason

WAIT_SECONDS = 60.0  # before a relay that would not talk is tried again
LIMIT_SECONDS = 3600.0  # no relay says when its limit ends: one mail an hour finds out
CLOSING: Final = 421  # whatever was asked: it hangs up now
GO_ON: Final = 354  # DATA may come
# 530: authenticate first; 534, 535: these credentials will not do.
KEY_REFUSED: Final = frozenset({530, 534, 535})


class Outcome(Enum):
    ACCEPTED = auto()
    REFUSED = auto()  # 5xx: never, for this recipient
    LATER = auto()  # 4xx, or lost before the dot: certainly not taken


class Verdict(NamedTuple):
    """What became of one mail, in the relay's words."""

    outcome: Outcome
    words: str


def is_yes(code: int) -> bool:
    return 200 <= code < 300


def verdict_of(code: int, words: bytes) -> Verdict:
    """Of an answer about one recipient or one mail."""
    if is_yes(code):
        return Verdict(Outcome.ACCEPTED, said(code, words))
    refused = code >= 500
    return Verdict(Outcome.REFUSED if refused else Outcome.LATER, said(code, words))


def said(code: int, words: bytes) -> str:
    return f"{code} {answer_of(words)}"


def about_us(relay: Relay, code: int, words: bytes) -> ProviderError | None:
    """A no that every mail would get; None: it is about one mail or one reader."""
    if is_yes(code):
        return None
    # First, for some say it as "451 Authentication failed: Maximum credits exceeded".
    limit = limit_in(code, answer_of(words))
    if limit is not None:
        return ProviderLimit(
            reason(Code.SMTP_LIMIT, relay=str(relay), words=said(code, words)),
            seconds=LIMIT_SECONDS,
            period=limit.period,
        )
    if code in KEY_REFUSED:
        return _misconfigured(Code.SMTP_KEY_REFUSED, relay, said(code, words))
    return None


def sender_refused(relay: Relay, code: int, words: bytes) -> ProviderMisconfigured:
    return _misconfigured(Code.SMTP_SENDER_REFUSED, relay, said(code, words))


def unwelcome(relay: Relay, code: int, words: bytes) -> ProviderError:
    """Refused before the first mail."""
    error = about_us(relay, code, words)
    if error is not None:
        return error
    if 500 <= code < 600:
        return _misconfigured(Code.SMTP_UNWELCOME, relay, said(code, words))
    return _busy(Code.SMTP_NOT_NOW, relay, said(code, words))


def not_offered(relay: Relay, what: str) -> ProviderMisconfigured:
    return _misconfigured(Code.SMTP_NOT_OFFERED, relay, what)


def too_large(relay: Relay, size: int, most: int) -> ProviderMisconfigured:
    return ProviderMisconfigured(
        reason(Code.SMTP_TOO_LARGE, relay=str(relay), size=size, most=most)
    )


def not_trusted(relay: Relay, why: str) -> ProviderMisconfigured:
    return _misconfigured(Code.SMTP_NOT_TRUSTED, relay, why)


def unreachable(relay: Relay, why: str) -> ProviderBusy:
    return _busy(Code.SMTP_UNREACHABLE, relay, answer_of(why))


def hangs_up(relay: Relay, why: str) -> ProviderBusy:
    return _busy(Code.SMTP_HANGS_UP, relay, answer_of(why) or "no answer")


def _misconfigured(code: Code, relay: Relay, words: str) -> ProviderMisconfigured:
    return ProviderMisconfigured(reason(code, relay=str(relay), words=words))


def _busy(code: Code, relay: Relay, words: str) -> ProviderBusy:
    return ProviderBusy(
        reason(code, relay=str(relay), words=words), seconds=WAIT_SECONDS
    )
