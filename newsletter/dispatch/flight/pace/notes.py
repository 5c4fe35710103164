"""What a mailing's row keeps of its latest chunks: the answers, and why it waits.

Both are written only when they change: a mailing that nobody refuses, with a provider
that is never busy, costs no statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from newsletter.dispatch.flight.pace.breaker import read_answers, refusal, why_stop
from newsletter.reasons import Code, Reason, read_reason

# A relay that restarts is back by then. It goes on by itself also later, but somebody
# had better look.
LONG = timedelta(minutes=30)
_SAID_AFTER_LONG: Final[Mapping[Code, Code]] = {
    Code.SMTP_UNREACHABLE: Code.SMTP_UNREACHABLE_LONG,
    Code.SMTP_HANGS_UP: Code.SMTP_UNREACHABLE_LONG,
    Code.SMTP_NOT_NOW: Code.SMTP_UNREACHABLE_LONG,
    Code.SENDGRID_UNREACHABLE: Code.SENDGRID_UNREACHABLE_LONG,
    Code.SENDGRID_STUMBLES: Code.SENDGRID_UNREACHABLE_LONG,
}


@dataclass(frozen=True)
class Notes:
    waiting: str = ""  # as Reason.stored; "" when it does not wait
    since: datetime | None = None
    answers: str = ""  # as breaker.Answers.stored


def after_chunk(
    notes: Notes,
    *,
    accepted: int,
    refused: Sequence[str],
    busy: Reason | None,
    now: datetime,
) -> tuple[Notes, Reason | None]:
    """The notes after one more chunk, and why the mailing had better stop, if so.

    ``refused`` holds the provider's words of each refusal; ``busy`` is why it takes no
    more for now.
    """
    why = None
    if refused or notes.answers:
        kinds = [refusal(words) for words in refused]
        answers = read_answers(notes.answers).and_then(accepted, kinds)
        if refused:
            why = why_stop(answers, refused[-1])
        # Whoever resumes it after a stop begins a new count.
        notes = replace(notes, answers="" if why else answers.stored())
    if busy is not None:
        return _waiting(notes, busy, now=now), why
    if (accepted or refused) and not _waits(notes, now=now):
        notes = replace(notes, waiting="", since=None)
    return notes, why


def _waits(notes: Notes, *, now: datetime) -> bool:
    """One connection is told to wait; what was on the wire of the others says nothing
    of that."""
    before = read_reason(notes.waiting)
    return before is not None and before.until is not None and before.until > now


def _waiting(notes: Notes, busy: Reason, *, now: datetime) -> Notes:
    before = read_reason(notes.waiting)
    since = notes.since
    if before is None or since is None or _kind(before) is not _kind(busy):
        since = now
    code = _SAID_AFTER_LONG.get(busy.code)
    if code is not None and now - since >= LONG:
        minutes = int((now - since) / timedelta(minutes=1))
        busy = replace(busy, code=code, values={**busy.values, "minutes": minutes})
    return replace(notes, waiting=busy.stored(), since=since)


def _kind(why: Reason) -> Code:
    """The same trouble stays the same when it has lasted."""
    return _SAID_AFTER_LONG.get(why.code, why.code)
