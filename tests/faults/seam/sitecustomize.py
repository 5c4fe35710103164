"""Changes a worker from the inside, in each of its processes, when a test asks for it.

Python imports this module at its start when the folder is on PYTHONPATH. What to change
stands in ``FAULTS`` as JSON; see ``tests.faults.seam_of`` for how it is written:

- ``set``: [module, name, value] after that module is imported, for constants that are
  minutes by design, such as the lease.
- ``die``: {module, name, when, nth, whole}: SIGKILL before or after the nth call.
- ``clock``: {ahead, step, after}: the wall's clock is so many seconds ahead, and steps
  once when the process is ``after`` seconds old.
- ``said``: a file to which a death is written, just before it.
"""

import functools
import importlib.abc
import importlib.machinery
import itertools
import json
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, tzinfo
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

_STARTED = time.monotonic()
Change = Callable[[ModuleType], None]


def say(what: str) -> None:
    with Path(_FAULTS["said"]).open("a") as file:
        file.write(what + "\n")


def setting(name: str, value: Any) -> Change:
    def change(module: ModuleType) -> None:
        owner, last = _owner(module, name)
        setattr(owner, last, _value(value))

    return change


def _value(written: Any) -> Any:
    """JSON knows no time spans, paths or tuples."""
    match written:
        case {"seconds": seconds}:
            return timedelta(seconds=seconds)
        case {"path": path}:
            return Path(path)
        case list():
            return tuple(written)
    return written


def _owner(module: ModuleType, name: str) -> tuple[Any, str]:
    """Whatever holds the last part of a dotted name."""
    owner: Any = module
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    return owner, last


def dying(name: str, *, when: str, nth: int, whole: bool) -> Change:
    def die() -> None:
        if Path(_FAULTS["said"]).exists():
            return  # once is enough: whoever comes after it must get on
        say(f"died {when} {name}")
        if whole:
            os.killpg(0, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    def change(module: ModuleType) -> None:
        owner, last = _owner(module, name)
        inner, calls = getattr(owner, last), itertools.count(1)

        @functools.wraps(inner)
        def outer(*given: Any, **named: Any) -> Any:
            is_it = next(calls) == nth
            if is_it and when == "before":
                die()
            result = inner(*given, **named)
            if is_it and when == "after":
                die()
            return result

        setattr(owner, last, outer)

    return change


class Clock:
    """The wall's clock of this process: so far ahead, and stepping after a while."""

    def __init__(self, *, ahead: float, step: float, after: float) -> None:
        self._ahead, self._step, self._after = ahead, step, after

    def wrong_by(self) -> timedelta:
        stepped = time.monotonic() - _STARTED > self._after
        return timedelta(seconds=self._ahead + (self._step if stepped else 0))

    def of_the_worker(self, module: ModuleType) -> None:
        clock = self

        class Wrong(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return datetime.now(tz) + clock.wrong_by()

        module.datetime = Wrong  # type: ignore[attr-defined]

    def of_the_dispatcher(self, module: ModuleType) -> None:
        right: Any = module.Flight

        def wrong(*given: Any, now: Callable[[], datetime], **named: Any) -> Any:
            return right(*given, now=lambda: now() + self.wrong_by(), **named)

        module.Flight = wrong  # type: ignore[attr-defined]


class Finder(importlib.abc.MetaPathFinder):
    """Lets the real finder find a module, and changes it once it has run."""

    def __init__(self, changes: dict[str, list[Change]]) -> None:
        self._changes = changes

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in self._changes:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        run = spec.loader.exec_module

        def run_and_change(module: ModuleType) -> None:
            run(module)
            for change in self._changes[name]:
                change(module)

        spec.loader.exec_module = run_and_change  # type: ignore[method-assign]
        return spec


def _changes(faults: dict[str, Any]) -> dict[str, list[Change]]:
    changes: dict[str, list[Change]] = defaultdict(list)
    for module, name, value in faults.get("set", []):
        changes[module].append(setting(name, value))
    if point := faults.get("die"):
        changes[point.pop("module")].append(dying(point.pop("name"), **point))
    if "clock" in faults:
        clock = Clock(**faults["clock"])
        if "newsletter.dispatch.flight" in sys.orig_argv:
            changes["newsletter.dispatch.flight.context"].append(
                clock.of_the_dispatcher
            )
        else:
            changes["newsletter.cli.door"].append(clock.of_the_worker)
    return changes


if "FAULTS" in os.environ:
    _FAULTS = json.loads(os.environ["FAULTS"])
    sys.meta_path.insert(0, Finder(_changes(_FAULTS)))
