"""Recording a chunk: from the journal's marks to the ledger, in one transaction."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from database.driver import Driver, Transaction
from newsletter.dispatch.flight import statements
from newsletter.dispatch.flight.journal import Holder
from newsletter.dispatch.flight.marks import Mark
from newsletter.dispatch.flight.pace import limits
from newsletter.dispatch.flight.pace.notes import Notes, after_chunk
from newsletter.dispatch.flight.pace.retry import next_try
from newsletter.dispatch.states import AT_ONCE, TO, DeliveryState, MailingState
from newsletter.reasons import Reason
from subscribers.addresses import without_addresses

_MOST_OF_A_DETAIL = 200
_WHENEVER = datetime(9999, 12, 31, tzinfo=UTC)

REFUSALS = "refusals"  # the kind of the job that looks at what servers said
NOBODY_KNOWS = "no answer was recorded"
GIVEN_UP = "given up after {attempts} tries: {why}"


class Outcome(NamedTuple):
    """What a delivery becomes; rows with equal ones can move in one statement."""

    state: DeliveryState
    tried: int = 1
    not_before: datetime | None = None
    detail: str = ""


@dataclass(frozen=True)
class Marked:
    """What is known of a chunk in flight."""

    marks: bytes | None  # one a place; None: it tells nothing
    words: Mapping[int, str]  # the provider's, by place
    claimed: int | None = None  # how many were to be mailed, where that is known

    @property
    def accepted(self) -> int:
        return 0 if self.marks is None else self.marks.count(Mark.ACCEPTED)

    def refusals(self) -> list[str]:
        """The words of each; "" where a dead process kept them to itself."""
        if self.marks is None or Mark.REFUSED not in self.marks:
            return []
        return [
            _fit_to_keep(self.words.get(place, ""))
            for place, mark in enumerate(self.marks)
            if mark == Mark.REFUSED
        ]


NOTHING_KNOWN = Marked(None, {})


@dataclass(frozen=True)
class Enough:
    """The provider says that it took all it takes."""

    provider: str
    period: str  # "daily", "hourly"; "" when it did not say


@dataclass(frozen=True)
class Ending:
    """Why a chunk could not be sent to its end; nothing when it was."""

    not_before: datetime | None = None  # the provider is busy until then ...
    waiting: Reason | None = None  # ... and why
    enough: Enough | None = None
    pause: Reason | None = None  # a person must mend something first
    # Who waits for the rate of a domain, by seq, and until when.
    held: Mapping[int, datetime] = field(default_factory=dict)

    @property
    def was_us(self) -> bool:
        """They refused us, not a reader: nobody's try is spent, and nobody waits."""
        return self.pause is not None or self.enough is not None


@dataclass(frozen=True)
class Recorded:
    counts: Counter[str]  # what the chunk's deliveries became
    trouble: Reason | None  # why the mailing is paused now; None: it is not by this


def record(
    driver: Driver,
    holder: Holder,
    marked: Marked,
    *,
    retry_hours: int,
    ending: Ending | None = None,
    only_expired: bool = False,
    now: datetime,
) -> Recorded | None:
    """Write down what became of a claimed chunk, and commit.

    With ``only_expired`` a claim whose lease still runs is left alone. None when the
    claim was lost or left, and then nothing is written.
    """
    with driver.transaction() as transaction:
        chunk = transaction.one(
            statements.GIVE_BACK,
            chunk_id=holder.chunk_id,
            token=holder.token,
            expired_by=driver.moment(now if only_expired else _WHENEVER),
        )
        if chunk is None:
            return None
        mailing_id, first_seq, last_seq = chunk
        recorder = _Recorder(
            driver=driver,
            transaction=transaction,
            mailing_id=mailing_id,
            first_seq=first_seq,
            last_seq=last_seq,
            ending=ending or Ending(),
            retry_hours=retry_hours,
            now=now,
        )
        counts = recorder.move(marked)
        if counts[DeliveryState.REFUSED]:
            recorder.report_refusals()
        trouble = recorder.close_or_reopen(holder.chunk_id, marked)
        return Recorded(counts, trouble)


@dataclass(frozen=True)
class _Recorder:
    """One chunk in one transaction."""

    driver: Driver
    transaction: Transaction
    mailing_id: int
    first_seq: int
    last_seq: int
    ending: Ending
    retry_hours: int
    now: datetime

    def move(self, marked: Marked) -> Counter[str]:
        """Everyone who is *sending*: the few one by one, the many as a range."""
        if marked.accepted == marked.claimed:  # the ordinary day
            self._move_the_rest(Outcome(DeliveryState.ACCEPTED))
            return Counter({DeliveryState.ACCEPTED: marked.accepted})
        outcomes = self._outcomes(marked)
        by_number = sorted(outcomes, key=lambda outcome: len(outcomes[outcome]))
        for outcome in by_number[:-1]:
            self._move_each(outcome, outcomes[outcome])
        if by_number:
            self._move_the_rest(by_number[-1])
        counts: Counter[str] = Counter()
        for outcome, seqs in outcomes.items():
            counts[outcome.state] += len(seqs)
        return counts

    def report_refusals(self) -> None:
        """Let the worker see whether a reader is gone for good."""
        self.transaction.run(
            statements.REPORT_REFUSALS,
            kind=REFUSALS,
            payload=json.dumps(self._range),
            now=self.driver.moment(self.now),
        )

    def close_or_reopen(self, chunk_id: int, marked: Marked) -> Reason | None:
        """Returns why the mailing is paused by this chunk."""
        transaction, driver, ending = self.transaction, self.driver, self.ending
        now = driver.moment(self.now)
        row = transaction.one(statements.LOCK_MAILING, mailing_id=self.mailing_id)
        assert row is not None  # a chunk has one
        state, *notes = row
        if state == MailingState.CANCELLED:
            transaction.run(statements.CANCEL_WAITING, now=now, **self._range)
        if ending.not_before is not None:
            until = driver.moment(ending.not_before)
            transaction.run(statements.POSTPONE, until=until)
            self._learn(ending.not_before)
        self._reopen(chunk_id, not_before=ending.not_before or AT_ONCE)
        why = ending.pause or self._note(notes, marked)
        # First: nobody has to resume a mailing in which nobody waits.
        transaction.run(statements.FINISH, mailing_id=self.mailing_id, now=now)
        if why is not None and transaction.run(
            statements.PAUSE, mailing_id=self.mailing_id, reason=why.stored()
        ):
            return why
        return None

    def _learn(self, until: datetime) -> None:
        if self.ending.enough is not None:
            limits.told(
                self.driver,
                self.transaction,
                self.ending.enough.provider,
                period=self.ending.enough.period,
                until=until,
                now=self.now,
            )

    def _note(self, row: list[Any], marked: Marked) -> Reason | None:
        """Keep the latest answers and why it waits; why it had better stop."""
        waiting, since, answers = row
        before = Notes(
            waiting, self.driver.read_moment(since) if since else None, answers
        )
        notes, why = after_chunk(
            before,
            accepted=marked.accepted,
            refused=marked.refusals(),
            busy=self.ending.waiting,
            now=self.now,
        )
        if notes != before:
            self.transaction.run(
                statements.KEEP_NOTES,
                mailing_id=self.mailing_id,
                waiting=notes.waiting,
                since=self.driver.moment(notes.since) if notes.since else None,
                answers=notes.answers,
            )
        return why

    def _reopen(self, chunk_id: int, *, not_before: datetime) -> None:
        """Open the chunk again if anyone in it waits, due with the first of them."""
        moment = self.driver.moment(not_before)
        row = self.transaction.one(statements.WAITING, not_before=moment, **self._range)
        assert row is not None  # a count
        waiting, due = row
        if waiting:
            self.transaction.run(
                statements.REOPEN, chunk_id=chunk_id, not_before=max(moment, due)
            )

    def _outcomes(self, marked: Marked) -> dict[Outcome, list[int]]:
        outcomes: dict[Outcome, list[int]] = defaultdict(list)
        for seq, attempts in self.transaction.all(
            statements.TAKEN_READERS, **self._range
        ):
            place = seq - self.first_seq
            mark = _mark(marked.marks, place)
            if self.ending.was_us and mark is Mark.LATER:
                mark = Mark.UNTOUCHED
            words = marked.words.get(place, "")
            outcome = self._outcome(seq, mark, words, attempts + 1)
            outcomes[outcome].append(seq)
        return outcomes

    def _outcome(
        self, seq: int, mark: Mark | None, words: str, attempts: int
    ) -> Outcome:
        detail = _fit_to_keep(words)
        match mark:
            case Mark.UNTOUCHED:
                return Outcome(
                    DeliveryState.QUEUED, tried=0, not_before=self.ending.held.get(seq)
                )
            case Mark.ACCEPTED:
                return Outcome(DeliveryState.ACCEPTED)
            case Mark.REFUSED:
                return Outcome(DeliveryState.REFUSED, detail=detail)
            case Mark.LATER:
                again = next_try(
                    attempts, seq=seq, hours=self.retry_hours, now=self.now
                )
                if again is None:
                    why = GIVEN_UP.format(attempts=attempts, why=detail)
                    return Outcome(DeliveryState.REFUSED, detail=why)
                return Outcome(DeliveryState.QUEUED, not_before=again, detail=detail)
            case Mark.HANDED_OVER | None:
                return Outcome(DeliveryState.IN_DOUBT, detail=NOBODY_KNOWS)

    def _move_each(self, outcome: Outcome, seqs: list[int]) -> None:
        values = {"mailing_id": self.mailing_id, **self._values(outcome)}
        self.transaction.many(
            statements.MOVE_READER, [{**values, "seq": seq} for seq in seqs]
        )

    def _move_the_rest(self, outcome: Outcome) -> None:
        self.transaction.run(
            statements.MOVE_THE_REST, **self._range, **self._values(outcome)
        )

    def _values(self, outcome: Outcome) -> dict[str, object]:
        assert outcome.state in TO[DeliveryState.SENDING]
        moment = self.driver.moment
        return {
            "state": outcome.state.value,
            "tried": outcome.tried,
            "not_before": moment(outcome.not_before) if outcome.not_before else None,
            "detail": outcome.detail,
            "now": moment(self.now),
        }

    @property
    def _range(self) -> dict[str, int]:
        return {
            "mailing_id": self.mailing_id,
            "first_seq": self.first_seq,
            "last_seq": self.last_seq,
        }


def _fit_to_keep(words: str) -> str:
    """The ledger outlives an erasure."""
    return without_addresses(words)[:_MOST_OF_A_DETAIL]


def _mark(marks: bytes | None, place: int) -> Mark | None:
    """None: nobody can know."""
    if marks is None or place >= len(marks):
        return None
    return Mark(marks[place])
