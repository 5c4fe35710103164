"""The environment that makes ``seam/sitecustomize.py`` change a worker."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEAM = Path(__file__).parent / "seam"


@dataclass(frozen=True)
class Point:
    """A named moment at which a worker kills itself."""

    say: str  # what the reader of a test sees
    module: str
    name: str  # of a function or Class.method as that module knows it
    when: str = "before"
    nth: int = 1
    whole: bool = True  # the worker and its dispatcher; False: only this process
    in_doubt: bool = False  # it lies where nobody can know, for somebody at least


def environment(
    said: Path,
    *,
    values: dict[str, Any] | None = None,  # "module:NAME" to a number or {"seconds"}
    die: Point | None = None,
    clock: dict[str, Any] | None = None,
) -> dict[str, str]:
    faults: dict[str, Any] = {"said": str(said)}
    if values:
        faults["set"] = [[*name.split(":"), value] for name, value in values.items()]
    if die:
        faults["die"] = {
            "module": die.module,
            "name": die.name,
            "when": die.when,
            "nth": die.nth,
            "whole": die.whole,
        }
    if clock:
        faults["clock"] = {"ahead": 0, "step": 0, "after": 0, **clock}
    path = os.pathsep.join(filter(None, (str(SEAM), os.environ.get("PYTHONPATH"))))
    return {"PYTHONPATH": path, "FAULTS": json.dumps(faults)}
