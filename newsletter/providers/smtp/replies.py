"""What the relay's answers mean, and the sentences for the person who must act."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from newsletter.providers.base import ProviderBusy, ProviderMisconfigured
from newsletter.providers.smtp.address import Relay
from newsletter.providers.wording import answer_of

WAIT_SECONDS = 60.0  # before a relay that would not talk is tried again
CLOSING: Final = 421  # whatever was asked: it hangs up now
GO_ON: Final = 354  # DATA may come
# 530: authenticate first; 534, 535: these credentials will not do.
KEY_REFUSED: Final = frozenset({530, 534, 535})


class Outcome(Enum):
    ACCEPTED = auto()
    REFUSED = auto()  # 5xx: never, for this recipient
    LATER = auto()  # 4xx, or lost before the dot: certainly not taken


@dataclass(frozen=True)
class Verdict:
    """What became of one mail, in the relay's words."""

    outcome: Outcome
    words: str


def is_yes(code: int) -> bool:
    return 200 <= code < 300


def verdict_of(code: int, words: bytes) -> Verdict:
    """Of an answer about one recipient or one mail."""
    if is_yes(code):
        return Verdict(Outcome.ACCEPTED, said(code, words))
    refused = code >= 500 and code not in KEY_REFUSED
    return Verdict(Outcome.REFUSED if refused else Outcome.LATER, said(code, words))


def said(code: int, words: bytes) -> str:
    return f"{code} {answer_of(words)}"


def key_refused(relay: Relay, code: int, words: bytes) -> ProviderMisconfigured:
    return ProviderMisconfigured(
        f"The mail server {relay} refuses the user or password: "
        f"{said(code, words)!r}. Correct them in BUURTPOST_SMTP_URL, then resume."
    )


def sender_refused(relay: Relay, code: int, words: bytes) -> ProviderMisconfigured:
    if code in KEY_REFUSED:
        return key_refused(relay, code, words)
    return ProviderMisconfigured(
        f"The mail server {relay} does not let us send: "
        f"{said(code, words)!r}. Check BUURTPOST_SMTP_URL and that the "
        "server may send for the From address and BUURTPOST_BOUNCE_DOMAIN."
    )


def unwelcome(
    relay: Relay, code: int, words: bytes
) -> ProviderBusy | ProviderMisconfigured:
    """Refused before the first mail."""
    if code in KEY_REFUSED:
        return key_refused(relay, code, words)
    sentence = f"The mail server {relay} does not let us in: {said(code, words)!r}."
    if 500 <= code < 600:
        return ProviderMisconfigured(f"{sentence} Check BUURTPOST_SMTP_URL.")
    return ProviderBusy(sentence, seconds=WAIT_SECONDS)


def not_offered(relay: Relay, what: str) -> ProviderMisconfigured:
    return ProviderMisconfigured(
        f"The mail server {relay} does not offer what BUURTPOST_SMTP_URL asks "
        f"for: {what}. For a relay on this machine tls=none may be right."
    )


def too_large(relay: Relay, size: int, most: int) -> ProviderMisconfigured:
    return ProviderMisconfigured(
        f"The mail is {size:,} bytes and the mail server {relay} takes at most "
        f"{most:,}. Make the issue shorter, or let the server take larger mails."
    )


def not_trusted(relay: Relay, why: str) -> ProviderMisconfigured:
    return ProviderMisconfigured(
        f"The certificate of the mail server {relay} is not trusted: {why}. Mend it, "
        "or name its authority with ca=FILE in BUURTPOST_SMTP_URL."
    )


def unreachable(relay: Relay, why: str) -> ProviderBusy:
    return ProviderBusy(
        f"The mail server {relay} cannot be reached: {answer_of(why)}",
        seconds=WAIT_SECONDS,
    )


def hangs_up(relay: Relay, why: str) -> ProviderBusy:
    return ProviderBusy(
        f"The mail server {relay} hangs up on us: {answer_of(why) or 'no answer'}",
        seconds=WAIT_SECONDS,
    )
