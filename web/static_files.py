"""CSS and JavaScript: the built files when they are there, else the sources.

``asset("public.css")`` in a template gives the address. Built files carry a hash in
their name and may be kept for ever; sources are read anew each time, so that pages
work in a fresh checkout without a build.
"""

import json
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue

from web.entrance import anyone

HERE = Path(__file__).parent
SOURCES = HERE / "assets"
BUILT = HERE / "static" / "dist"
KEPT_SECONDS = 365 * 24 * 3600
SERVED = frozenset({".css", ".js", ".svg", ".txt", ".map"})

pages = Blueprint("assets", __name__)


def read_manifest(folder: Path = BUILT, sources: Path = SOURCES) -> dict[str, str]:
    """Source name to built name; empty when no build is as new as its sources."""
    path = folder / "manifest.json"
    if not path.is_file() or _changed(sources) > path.stat().st_mtime:
        return {}
    manifest: dict[str, str] = json.loads(path.read_text())
    return manifest


def _changed(sources: Path) -> float:
    """When a source last changed; an installed wheel has none."""
    own = [path for path in sources.rglob("*") if "node_modules" not in path.parts]
    return max((path.stat().st_mtime for path in own if path.is_file()), default=0.0)


def install(app: Flask, *, built: Path = BUILT, sources: Path = SOURCES) -> None:
    manifest = read_manifest(built, sources)
    app.extensions["assets"] = (built, manifest)

    def asset(name: str) -> str:
        return url_for("assets.serve", name=manifest.get(name, name))

    app.jinja_env.globals["asset"] = asset
    app.register_blueprint(pages)


@pages.get("/static/<path:name>")
@anyone
def serve(name: str) -> ResponseReturnValue:
    built, manifest = current_app.extensions["assets"]
    if Path(name).suffix not in SERVED:
        abort(404)
    response: Response
    if manifest:
        response = send_from_directory(built, name, max_age=KEPT_SECONDS)
        response.cache_control.immutable = True
        return response
    response = send_from_directory(SOURCES, name)
    response.cache_control.no_cache = True
    return response
