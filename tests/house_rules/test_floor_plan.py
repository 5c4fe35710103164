"""The floor plan of ``pyproject.toml`` is kept."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOUSES = ("database", "subscribers", "newsletter", "web", "templates")
DRAWERS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "service"}


def test_every_import_goes_down_the_floor_plan():
    lint = Path(sys.executable).with_name("lint-imports")

    kept = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True, check=False)

    assert kept.returncode == 0, kept.stdout[-3000:]


def test_no_module_is_a_drawer():
    names = {
        path.stem: path
        for house in HOUSES
        for path in (ROOT / house).rglob("*.py")
        if "node_modules" not in path.parts
    }

    assert not DRAWERS & names.keys()
