"""Puts the built pages into the wheel, so that installing it needs no node.

An editable install skips this: pages then use the sources in ``web/assets``.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface[BuilderConfig]):
    def initialize(self, version: str, _build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        script = Path(self.root) / "tools" / "build_assets.py"
        # Our own script, by the Python that builds.
        subprocess.run([sys.executable, str(script)], check=True)  # noqa: S603 - nothing in it was typed
