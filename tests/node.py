"""Packages of npm's that tests run, at the versions a package-lock.json names."""

import fcntl
import tempfile
from pathlib import Path

from tools.build_assets import ASSETS, find_node, install


def installed(folder: Path) -> Path:
    """The node_modules of a folder's lock, fetched when they are not as it says."""
    modules = folder / "node_modules"
    # npm writes it last: half a download has none.
    done = modules / ".package-lock.json"
    # Two test processes must not install at the same time.
    with (Path(tempfile.gettempdir()) / "buurtpost-node-modules.lock").open(
        "w"
    ) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = folder / "package-lock.json"
        if not done.exists() or done.stat().st_mtime < wanted.stat().st_mtime:
            install(folder)
    return modules


def axe_source() -> str:
    """The script of axe-core, the judge of what everybody can use."""
    return (installed(ASSETS) / "axe-core" / "axe.min.js").read_text()


def node() -> str:
    """The node to run scripts with."""
    return find_node()[0]
