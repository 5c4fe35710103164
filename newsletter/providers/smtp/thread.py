"""An event loop in a thread of its own, with what lives in it."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any


class LoopThread:
    """Runs from the moment it is made until it is stopped, once.

    A daemon: a process that simply ends is not kept by it.
    """

    def __init__(self, name: str) -> None:
        self.loop = _new_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def call(self, work: Callable[..., object], *arguments: object) -> None:
        """Have the loop call it, soon."""
        self.loop.call_soon_threadsafe(work, *arguments)

    def stop(self, last: Coroutine[Any, Any, None]) -> None:
        """Let the loop end with this; nothing is left behind in it."""
        asyncio.run_coroutine_threadsafe(_finish(last), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()


async def _finish(last: Coroutine[Any, Any, None]) -> None:
    await last
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    # Transports that were aborted take their leave in the next rounds.
    for _ in range(3):
        await asyncio.sleep(0)


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # no wheel for this machine: the same, at twice the CPU
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
