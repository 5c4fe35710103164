"""What an answer of SendGrid means for the readers of that request."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from http.client import ACCEPTED
from typing import Any

from newsletter.providers.wording import answer_of

WAIT_SECONDS = 60.0  # before a SendGrid that stumbled, or says only "wait"
_LIMIT_SECONDS = 3600.0  # a limit that does not say when it ends is tried once an hour
_KEY_SECONDS = 5.0  # all threads hear of a refused key; who mends it need not wait long
_LEAST_SECONDS = 0.1
_MOST_SECONDS = 86_400.0  # a reset later than this is a mistake

_LIMIT = re.compile(
    r"credits? exceeded|quota|(daily|hourly|monthly|sending) limit"
    r"|limit[^.]* (today|(per|this) (hour|day|month))",
    re.IGNORECASE,
)
_PERIODS = {
    "daily": re.compile(r"\b(daily|day|today)\b", re.IGNORECASE),
    "hourly": re.compile(r"\b(hourly|hour)\b", re.IGNORECASE),
}


class Verdict(Enum):
    ACCEPTED = auto()  # 202, and nothing else
    WRONG = auto()  # 400 about one of the recipients
    TOO_LARGE = auto()  # 413
    KEY_REFUSED = auto()  # 401, 403
    MISUSED = auto()  # a request no recipient of ours can mend
    BUSY = auto()  # 429: not taken
    LIMIT = auto()  # all that the account may send has been sent: not taken
    UNREACHABLE = auto()  # not a byte of the mail has left us
    DOUBT = auto()  # 5xx, a time-out or a reset: it may have been taken


@dataclass(frozen=True)
class Answer:
    verdict: Verdict
    words: str = ""  # SendGrid's, short and without addresses
    reference: str = ""  # X-Message-Id
    seconds: float = WAIT_SECONDS  # how long nobody should ask again
    period: str = ""  # of a LIMIT: "daily", "hourly"; "" when it did not say


def judge(status: int, body: bytes, headers: Mapping[str, Any]) -> Answer:
    """What the whole answer of SendGrid means."""
    if status == ACCEPTED:
        return Answer(Verdict.ACCEPTED, reference=headers.get("X-Message-Id") or "")
    if 200 <= status < 300:
        # 200 is what a sandbox says, and what a proxy in between may say.
        return Answer(Verdict.DOUBT, f"The answer was {status}, not 202.")
    errors = _errors(body)
    said = "; ".join(str(one.get("message", "")) for one in errors)
    words = f"{status} {answer_of(said)}".strip()
    if status in {401, 403, 429} and _LIMIT.search(said):
        seconds = _wait(headers, otherwise=_LIMIT_SECONDS)
        return Answer(Verdict.LIMIT, words, seconds=seconds, period=_period(said))
    match status:
        case 400 if _may_be_about_a_recipient(errors):
            return Answer(Verdict.WRONG, words)
        case 403 if _is_about_the_sender(errors):
            # "The from address does not match a verified Sender Identity."
            return Answer(Verdict.MISUSED, words)
        case 401 | 403:
            return Answer(Verdict.KEY_REFUSED, words, seconds=_KEY_SECONDS)
        case 408:
            return Answer(Verdict.DOUBT, words)
        case 413:
            return Answer(Verdict.TOO_LARGE, words)
        case 429:
            seconds = _wait(headers, otherwise=WAIT_SECONDS)
            return Answer(Verdict.BUSY, words, seconds=seconds)
        case _ if 300 <= status < 500:
            return Answer(Verdict.MISUSED, words)
        case _:
            return Answer(Verdict.DOUBT, words)


def judge_erasure(status: int, body: bytes, headers: Mapping[str, Any]) -> Answer:
    """The same for the wish that a recipient be forgotten: nobody is mailed by it."""
    if 200 <= status < 300:
        return Answer(Verdict.ACCEPTED)
    return judge(status, body, headers)


def _errors(body: bytes) -> list[dict[str, Any]]:
    try:
        errors = json.loads(body).get("errors", [])
    except (ValueError, AttributeError, RecursionError):
        return []
    if not isinstance(errors, list):
        return []
    return [one for one in errors if isinstance(one, dict)]


def _may_be_about_a_recipient(errors: list[dict[str, Any]]) -> bool:
    """Whether leaving somebody out may help. A 400 about From never gets better, and
    cutting it in halves would refuse a whole list one by one."""
    fields = [one.get("field") for one in errors]
    return all(
        field is None or str(field).startswith("personalizations") for field in fields
    )


def _is_about_the_sender(errors: list[dict[str, Any]]) -> bool:
    return any(str(one.get("field")).startswith("from") for one in errors)


def _period(said: str) -> str:
    return next((name for name, word in _PERIODS.items() if word.search(said)), "")


def _wait(headers: Mapping[str, Any], *, otherwise: float) -> float:
    """Exactly until the moment SendGrid names."""
    reset = str(headers.get("X-RateLimit-Reset") or "")
    retry = str(headers.get("Retry-After") or "")
    if reset.isascii() and reset.isdigit():
        seconds = int(reset) - time.time()
    elif retry.isascii() and retry.isdigit():
        seconds = float(retry)
    else:
        seconds = _until_date(retry)
    # Long past, our clock differs from theirs: asking at once could go on for ever.
    if not -_LEAST_SECONDS <= seconds <= _MOST_SECONDS:
        return otherwise
    return max(seconds, _LEAST_SECONDS)


def _until_date(text: str) -> float:
    try:
        return parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return -_MOST_SECONDS
