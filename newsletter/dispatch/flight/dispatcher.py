"""Claim a chunk, send it with no session open, record it: the loop's one step."""

import logging
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.dispatch.flight import ledger
from newsletter.dispatch.flight.hold import Hold
from newsletter.dispatch.flight.ledger import ClaimedChunk
from newsletter.dispatch.flight.marks import PlacedMarks
from newsletter.dispatch.flight.readers import Links, Reader
from newsletter.dispatch.flight.recording import record
from newsletter.dispatch.messages import message_of
from newsletter.dispatch.models import Variant
from newsletter.jobs.context import Context
from newsletter.providers import open_provider
from newsletter.providers.base import (
    Chunk,
    Message,
    Provider,
    ProviderBusy,
    ProviderMisconfigured,
    Stop,
)
from newsletter.settings import Settings

log = logging.getLogger("buurtpost.dispatch")


class Carrier:
    """What is kept from chunk to chunk: the open provider, the cut messages."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._provider: Provider | None = None
        self._messages: dict[int, Message] = {}

    @property
    def provider(self) -> Provider:
        """Opened when first asked for; raises ProviderMisconfigured."""
        if self._provider is None:
            self._provider = open_provider(self._settings)
        return self._provider

    def message(self, session: Session, variant_id: int) -> Message:
        """A stored variant never changes, so it is cut once."""
        if variant_id not in self._messages:
            variant = session.get_one(Variant, variant_id)
            self._messages[variant_id] = message_of(variant)
        return self._messages[variant_id]

    def close(self) -> None:
        if self._provider is not None:
            self._provider.close()


@dataclass(frozen=True)
class Sent:
    """How one chunk went."""

    trouble: str = ""  # why the mailing was paused; "" when it was not


@dataclass(frozen=True)
class _Ending:
    """Why a chunk could not be sent to its end."""

    not_before: datetime | None = None  # the provider is busy until then
    pause_reason: str = ""  # a person must mend something first


def send_next(context: Context, carrier: Carrier, *, stop: Stop) -> Sent | None:
    """Send the next due chunk. None: no chunk is due.

    Commits twice: when the chunk is claimed and when it is recorded. A process that
    dies between the two leaves the journal, and ``recovery`` finishes its work.
    """
    began = time.monotonic()
    chunk = ledger.claim(
        context.database,
        worker=f"{socket.gethostname()}:{os.getpid()}",
        journals=context.settings.journals,
        timezone=context.settings.timezone,
        now=context.now(),
    )
    if chunk is None:
        return None
    try:
        ending = _send(context, carrier, chunk, stop=stop)
        marks = chunk.journal.marks
        counts = record(
            context.database,
            chunk.holder,
            mark_of=marks.mark,
            words_of=lambda place: marks.words.get(place, ""),
            not_before=ending.not_before,
            pause_reason=ending.pause_reason,
            now=context.now(),
        )
    except BaseException:
        # Not recorded: the journal stays, and without its lock anyone may replay it.
        chunk.journal.close()
        raise
    chunk.journal.remove()
    log.info(
        "mailing=%d chunk=%d %s seconds=%.1f",
        chunk.holder.mailing_id,
        chunk.holder.chunk_id,
        "lost" if counts is None else " ".join(f"{k}={n}" for k, n in counts.items()),
        time.monotonic() - began,
    )
    return Sent(trouble=ending.pause_reason)


def _send(
    context: Context, carrier: Carrier, chunk: ClaimedChunk, *, stop: Stop
) -> _Ending:
    """Hand over as much as goes; the journal says how far it came."""
    if not chunk.readers:
        return _Ending()
    try:
        provider = carrier.provider
        with context.database.read() as session:
            message = carrier.message(session, chunk.variant_id)
        with Hold(context.database, chunk.holder, now=context.now, stop=stop) as hold:
            for part in _parts(chunk.readers, provider.chunk_size):
                if hold():
                    break
                provider.send(
                    _chunk(context, chunk, message, part),
                    marks=PlacedMarks(
                        chunk.journal.marks,
                        [reader.seq - chunk.first_seq for reader in part],
                    ),
                    until=hold,
                )
    except ProviderBusy as busy:
        log.warning("provider busy seconds=%.0f", busy.seconds)
        return _Ending(not_before=context.now() + timedelta(seconds=busy.seconds))
    except ProviderMisconfigured as error:
        return _Ending(pause_reason=str(error))
    except Exception as error:
        # A mistake of ours must not hand the same chunk over again and again.
        log.exception("chunk=%d failed", chunk.holder.chunk_id)
        return _Ending(
            pause_reason=f"Sending failed unexpectedly ({type(error).__name__}). "
            "Look in the worker's log, then resume the mailing."
        )
    return _Ending()


def _parts(readers: tuple[Reader, ...], size: int) -> Iterator[tuple[Reader, ...]]:
    for start in range(0, len(readers), size):
        yield readers[start : start + size]


def _chunk(
    context: Context,
    chunk: ClaimedChunk,
    message: Message,
    readers: tuple[Reader, ...],
) -> Chunk:
    links = Links(context.settings.base_url, context.signer, context.settings.timezone)
    return Chunk(
        message,
        tuple(
            links.recipient(
                reader,
                mailing_id=chunk.holder.mailing_id,
                language=message.language,
            )
            for reader in readers
        ),
    )
