"""Hands a chunk over to SendGrid: one request, or a few when it must be cut."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.providers.base import (
    Chunk,
    Marks,
    ProviderBusy,
    ProviderMisconfigured,
    Stop,
)
from newsletter.providers.sendgrid.body import request_body
from newsletter.providers.sendgrid.client import Answer, Client, Verdict
from newsletter.providers.wording import is_mailbox
from newsletter.reasons import Code, reason
from newsletter.settings import Settings

DEFAULT_HOST = "https://api.sendgrid.com"
WAIT_SECONDS = 60.0  # before a SendGrid that stumbled is tried again


def open_sendgrid(settings: Settings) -> "SendGridProvider":
    """Raises ProviderMisconfigured with a sentence; connects when it sends."""
    host = _host(settings.environment)
    return SendGridProvider(
        [Client(key, host) for key in _keys(settings.environment)],
        chunk_size=settings.chunk_size,
    )


class SendGridProvider:
    """SendGrid knows no idempotency: what may have been taken is never sent again."""

    name = "sendgrid"

    def __init__(self, clients: list[Client], *, chunk_size: int) -> None:
        self._clients = clients  # one per key; the first that works stays first
        self.chunk_size = chunk_size

    def send(self, chunk: Chunk, *, marks: Marks, until: Stop) -> None:
        batches = _first_batches(chunk, marks)
        while batches:
            if until():
                _give_back(batches, marks, "Stopped before it was tried again.")
                return
            batch = batches.pop()
            answer = self._post(chunk, batch, marks)
            match answer.verdict:
                case Verdict.ACCEPTED:
                    for place in batch.places:
                        marks.accepted(place, answer.reference)
                case Verdict.WRONG | Verdict.TOO_LARGE if len(batch.places) > 1:
                    batches += batch.halves()
                case Verdict.WRONG | Verdict.TOO_LARGE:
                    marks.refused(batch.places[0], answer.words)
                case _:
                    raise _end(answer, [*batches, batch], marks)

    def close(self) -> None:
        """The library opens a connection for each request and keeps none."""

    def _post(self, chunk: Chunk, batch: "_Batch", marks: Marks) -> Answer:
        body = request_body(
            chunk.message, [chunk.recipients[place] for place in batch.places]
        )

        def hand_over() -> None:
            if not batch.tried:
                for place in batch.places:
                    marks.handed_over(place)
            batch.tried = True

        answer = self._clients[0].post(body, on_connect=hand_over)
        while answer.verdict is Verdict.KEY_REFUSED and len(self._clients) > 1:
            del self._clients[0]
            answer = self._clients[0].post(body, on_connect=hand_over)
        return answer


@dataclass
class _Batch:
    """Recipients of one request, by place; ``tried`` once marked as handed over."""

    places: list[int]
    tried: bool = False

    def halves(self) -> "tuple[_Batch, _Batch]":
        """Both halves, the first one last: it is taken first."""
        middle = len(self.places) // 2
        return (
            _Batch(self.places[middle:], self.tried),
            _Batch(self.places[:middle], self.tried),
        )


def _first_batches(chunk: Chunk, marks: Marks) -> list[_Batch]:
    """Requests in which no address stands twice: SendGrid refuses such a one whole."""
    rounds: list[dict[str, int]] = []
    for place, recipient in enumerate(chunk.recipients):
        if not is_mailbox(recipient.address):
            marks.refused(place, "The address cannot be mailed to.")
            continue
        address = recipient.address.lower()
        free = next((one for one in rounds if address not in one), None)
        if free is None:
            free = {}
            rounds.append(free)
        free[address] = place
    return [_Batch(list(one.values())) for one in reversed(rounds)]


def _end(
    answer: Answer, batches: list[_Batch], marks: Marks
) -> ProviderBusy | ProviderMisconfigured:
    """Settle what can be settled, and say why nothing more is handed over."""
    if answer.verdict is Verdict.DOUBT:
        # The last batch stays handed over without an answer: in doubt, until an
        # event or a person says more. The rest waits, so that a SendGrid in trouble
        # does not put a whole list in doubt.
        _give_back(batches[:-1], marks, "Waits until SendGrid answers again.")
        return ProviderBusy(
            reason(Code.SENDGRID_STUMBLES, words=answer.words), seconds=WAIT_SECONDS
        )
    _give_back(batches, marks, answer.words)
    match answer.verdict:
        case Verdict.KEY_REFUSED:
            return ProviderMisconfigured(
                reason(Code.SENDGRID_KEY_REFUSED, words=answer.words)
            )
        case Verdict.BUSY:
            return ProviderBusy(
                reason(Code.SENDGRID_ASKS_TO_WAIT, words=answer.words),
                seconds=answer.seconds,
            )
        case Verdict.UNREACHABLE:
            return ProviderBusy(
                reason(Code.SENDGRID_UNREACHABLE, words=answer.words),
                seconds=WAIT_SECONDS,
            )
        case _:
            return ProviderMisconfigured(
                reason(Code.SENDGRID_MAIL_REFUSED, words=answer.words)
            )


def _give_back(batches: list[_Batch], marks: Marks, why: str) -> None:
    """Who was handed over and certainly not taken is tried later."""
    for batch in batches:
        if batch.tried:
            for place in batch.places:
                marks.later(place, why)


def _keys(environment: Mapping[str, str]) -> list[str]:
    keys = [key.strip() for key in environment.get("SENDGRID_API_KEY", "").split(",")]
    keys = [key for key in keys if key]
    if not keys:
        raise ProviderMisconfigured(
            "Settings: SENDGRID_API_KEY is not set; BUURTPOST_PROVIDER=sendgrid "
            "needs a key that may send mail."
        )
    if not all(key.isascii() and key.isprintable() for key in keys):
        raise ProviderMisconfigured(
            "Settings: SENDGRID_API_KEY holds a character that no key has; copy it "
            "again from SendGrid."
        )
    return keys


def _host(environment: Mapping[str, str]) -> str:
    host = (environment.get("SENDGRID_HOST") or DEFAULT_HOST).rstrip("/")
    parts = urlsplit(host)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ProviderMisconfigured(
            "Settings: SENDGRID_HOST must begin with https:// and a host, such as "
            f"{DEFAULT_HOST}, not {host!r}."
        )
    return host
