"""One of the connections we may have at a time: a dialogue, and the next after it."""

import asyncio
from typing import Protocol

from newsletter.providers.base import ProviderError
from newsletter.providers.smtp.address import Relay
from newsletter.providers.smtp.connection import Patience
from newsletter.providers.smtp.dialogue import Dialogue, Loss, Supply
from newsletter.providers.smtp.greeting import connect
from newsletter.providers.smtp.replies import WAIT_SECONDS, hangs_up

# A relay that loses its answer twice running would put everybody in doubt.
_MOST_DOUBTS = 2
_FAREWELL_SECONDS = 1.0


class Foreman(Supply, Protocol):
    """Who gives the lanes their work."""

    def is_anyone_waiting(self) -> bool: ...

    def lost(self, error: ProviderError) -> None:
        """The lane can do no more for now."""


class Lane:
    """Carries mail over one connection after another, never over two at a time."""

    def __init__(
        self, foreman: Foreman, relay: Relay, *, name: str, patience: Patience
    ) -> None:
        self._foreman = foreman
        self._relay = relay
        self._name = name
        self._patience = patience
        self._dialling: asyncio.Task[None] | None = None
        self._dialogue: Dialogue | None = None  # the last one, perhaps over
        self._doubts = 0  # answers to a dot lost in a row
        self._rests_until = 0.0  # by the loop's clock

    @property
    def is_idle(self) -> bool:
        if self._dialling is not None:
            return False
        return self._dialogue is None or self._dialogue.is_resting

    @property
    def is_connected(self) -> bool:
        return self._dialogue is not None and not self._dialogue.connection.closed

    def is_free(self, now: float) -> bool:
        """Nothing to do, and not just turned away."""
        return self.is_idle and now >= self._rests_until

    def rest_no_longer(self) -> None:
        self._rests_until = 0.0

    def wake(self) -> None:
        """Somebody is waiting."""
        if self._dialogue is None or self._dialogue.connection.closed:
            self._dial()
        else:
            self._dialogue.start()

    def look(self, now: float) -> None:
        """Called a few times a second."""
        if self._dialling is None:
            if self._dialogue is not None:
                self._dialogue.look(now)
        elif not self._foreman.is_anyone_waiting():
            self._stop_dialling()

    async def close(self, *, goodbye_seconds: float) -> None:
        self._stop_dialling()
        dialogue, self._dialogue = self._dialogue, None
        if dialogue is not None:
            await dialogue.close(goodbye_seconds=goodbye_seconds)

    def _dial(self) -> None:
        self._dialling = asyncio.get_running_loop().create_task(self._connect())

    def _stop_dialling(self) -> None:
        if self._dialling is not None:
            self._dialling.cancel()
            self._dialling = None

    async def _connect(self) -> None:
        if self._dialogue is not None:
            # Some relays count, and turn us away while the last one is not yet closed.
            gone = self._dialogue.connection.gone
            await asyncio.wait([gone], timeout=_FAREWELL_SECONDS)
        try:
            connection = await connect(
                self._relay, name=self._name, patience=self._patience
            )
        except ProviderError as error:
            self._dialling = None
            self._drop_out(error)
        except Exception as error:
            self._dialling = None
            self._foreman.break_off(error)
        else:
            self._dialling = None
            self._dialogue = Dialogue(
                connection,
                self._relay,
                supply=self._foreman,
                patience=self._patience,
                ended=self._ended,
            )
            self._dialogue.start()

    def _ended(self, loss: Loss | None) -> None:
        if self._dialogue is not None and self._dialogue.has_answered:
            self._doubts = 0
        if loss is not None and loss.in_doubt:
            self._doubts += 1
        if loss is not None and (loss.unwilling or self._doubts >= _MOST_DOUBTS):
            self._drop_out(hangs_up(self._relay, loss.why))
        elif self._foreman.is_anyone_waiting():
            self._dial()

    def _drop_out(self, error: ProviderError) -> None:
        self._doubts = 0
        self._rests_until = asyncio.get_running_loop().time() + WAIT_SECONDS
        self._foreman.lost(error)
