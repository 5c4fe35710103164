"""One chunk on its way to SendGrid: one request, or a few when it must be cut."""

from dataclasses import replace

from newsletter.providers.base import (
    Chunk,
    Marks,
    ProviderBusy,
    ProviderError,
    ProviderLimit,
    ProviderMisconfigured,
    Stop,
)
from newsletter.providers.sendgrid.answers import Answer, Verdict
from newsletter.providers.sendgrid.batches import Batch, first_batches, put_back
from newsletter.providers.sendgrid.body import compile_request
from newsletter.providers.sendgrid.client import Client
from newsletter.providers.sendgrid.shared import Gate, Keys
from newsletter.reasons import Code, reason

# So many requests of one chunk refused and nobody taken: then it is not about one
# reader or two, whatever the answers say. Cutting a thousand down to one takes eleven.
MOST_IN_VAIN = 32


_SAID_AS = {
    Verdict.KEY_REFUSED: Code.SENDGRID_KEY_REFUSED,
    Verdict.BUSY: Code.SENDGRID_ASKS_TO_WAIT,
    Verdict.LIMIT: Code.SENDGRID_ASKS_TO_WAIT,
    Verdict.UNREACHABLE: Code.SENDGRID_UNREACHABLE,
    Verdict.DOUBT: Code.SENDGRID_STUMBLES,
}


class Errand:
    """What is known while one chunk is handed over; for one thread."""

    def __init__(
        self,
        client: Client,
        chunk: Chunk,
        marks: Marks,
        *,
        keys: Keys,
        gate: Gate,
        until: Stop,
        closed: Stop,
    ) -> None:
        # Each is looked at more than once, and again when a request is cut.
        chunk = replace(chunk, recipients=tuple(chunk.recipients))
        self._client = client
        self._recipients = chunk.recipients
        self._marks = marks
        self._keys = keys
        self._gate = gate
        self._until = until
        self._closed = closed
        self._request = compile_request(chunk.message)
        self._batches = first_batches(chunk, marks)  # still to do, the next one last
        self._somebody_taken = False
        self._in_vain = 0

    def run(self) -> None:
        """Raises ProviderBusy or ProviderMisconfigured when no more can be taken."""
        trouble: Answer | None = None
        while self._batches and trouble is None and not self._stopped():
            trouble = self._next()
        put_back(self._batches, self._marks)
        # Closed, it is we who cut the line, and SendGrid is not to blame.
        if trouble is not None and not self._closed():
            if trouble.verdict in _SAID_AS:
                self._gate.shut(trouble)
            raise _error(trouble)

    def _stopped(self) -> bool:
        return self._until() or self._closed()

    def _next(self) -> Answer | None:
        """Hand the next batch over. An answer: nothing more can be handed over."""
        trouble = self._gate.says() or self._client.connect() or self._gate.says()
        if trouble is not None or self._stopped():  # connecting takes its time
            return trouble
        batch = self._batches.pop()
        answer = self._post(batch)
        match answer.verdict:
            case Verdict.ACCEPTED:
                self._somebody_taken = True
                for place in batch.places:
                    self._marks.accepted(place, answer.reference)
                return None
            case Verdict.WRONG | Verdict.TOO_LARGE if not self._is_about_all():
                if len(batch.places) > 1:
                    self._batches += batch.halves()
                else:
                    self._marks.refused(batch.places[0], answer.words)
                return None
            case Verdict.DOUBT:
                # It stays handed over without an answer, until an event or a person
                # says more. Nobody else does: a SendGrid in trouble must not put a
                # whole list in doubt.
                return answer
            case _:
                self._batches.append(batch)
                return answer

    def _post(self, batch: Batch) -> Answer:
        body = self._request.fill([self._recipients[place] for place in batch.places])
        batch.hand_over(self._marks)
        while True:
            key = self._keys.first()
            answer = self._client.post(body, key=key)
            if answer.verdict is not Verdict.KEY_REFUSED or not self._keys.refused(key):
                return answer
            lost = self._client.connect()
            if lost is not None:
                return lost

    def _is_about_all(self) -> bool:
        self._in_vain += 1
        return self._in_vain > MOST_IN_VAIN and not self._somebody_taken


def _error(answer: Answer) -> ProviderError:
    why = reason(
        _SAID_AS.get(answer.verdict, Code.SENDGRID_MAIL_REFUSED), words=answer.words
    )
    match answer.verdict:
        case Verdict.LIMIT:
            return ProviderLimit(why, seconds=answer.seconds, period=answer.period)
        case Verdict.BUSY | Verdict.UNREACHABLE | Verdict.DOUBT:
            return ProviderBusy(why, seconds=answer.seconds)
        case _:
            return ProviderMisconfigured(why)
