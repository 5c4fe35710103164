"""The lanes to one relay, and the works they carry between them.

It lives in one event loop. The oldest work is served first; a lane that finds nobody
waiting there takes the next one's, so that no connection idles at the end of a chunk.
"""

import asyncio

from newsletter.providers.base import ProviderError
from newsletter.providers.smtp.address import Relay
from newsletter.providers.smtp.connection import Patience
from newsletter.providers.smtp.lane import Lane
from newsletter.providers.smtp.work import Mail, Work

_LOOK_SECONDS = 0.25  # pause and cancel are obeyed within two seconds


class Crew:
    """Never opens more connections than the relay's settings say."""

    def __init__(
        self,
        relay: Relay,
        *,
        name: str,
        patience: Patience,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._loop = loop
        self._works: tuple[Work, ...] = ()  # oldest first
        self._lanes = tuple(
            Lane(self, relay, name=name, patience=patience)
            for _ in range(relay.connections)
        )
        self._next_look: asyncio.TimerHandle | None = None

    def begin(self, work: Work) -> None:
        self._works = (*self._unfinished(), work)
        work.ask()
        if not self._free() and all(lane.is_idle for lane in self._lanes):
            # All were turned away, and who sends again has waited as long as we said.
            for lane in self._lanes:
                lane.rest_no_longer()
        self._call(work.waiting)
        if self._next_look is None:
            self._look()

    def take(self) -> Mail | None:
        """The next mail of the oldest work that has one."""
        for work in self._works:
            mail = work.take()
            if mail is not None:
                return mail
        return None

    def is_anyone_waiting(self) -> bool:
        for work in self._works:
            work.ask()
        return any(work.waiting for work in self._works)

    def lost(self, error: ProviderError) -> None:
        """A lane was turned away. It rests, and the others carry what they can."""
        for work in self._works:
            work.suffer(error)
        # Whom it put back, another that had nothing left to do can take.
        self._call(sum(work.waiting for work in self._works))
        if all(lane.is_idle for lane in self._lanes):
            for work in self._works:
                work.stop()

    def break_off(self, error: Exception) -> None:
        """It is about all of us, or a defect of ours: nobody goes on."""
        for work in self._works:
            work.break_off(error)

    async def close(self, *, goodbye_seconds: float) -> None:
        """Let go of every connection; what is under way stays as it is marked."""
        if self._next_look is not None:
            self._next_look.cancel()
        for work in self._works:
            work.stop()
        await asyncio.gather(
            *(lane.close(goodbye_seconds=goodbye_seconds) for lane in self._lanes)
        )

    def _unfinished(self) -> tuple[Work, ...]:
        return tuple(work for work in self._works if not work.is_done)

    def _call(self, mails: int) -> None:
        """So many free lanes go to work, first those that need no handshake."""
        free = sorted(self._free(), key=lambda lane: not lane.is_connected)
        for lane in free[:mails]:
            lane.wake()

    def _free(self) -> list[Lane]:
        now = self._loop.time()
        return [lane for lane in self._lanes if lane.is_free(now)]

    def _look(self) -> None:
        self._works, self._next_look = self._unfinished(), None
        if self._works:
            for work in self._works:
                work.ask()
            for lane in self._lanes:
                lane.look(self._loop.time())
            self._next_look = self._loop.call_later(_LOOK_SECONDS, self._look)
