"""CSS and JavaScript: sources without a build, hashed files with one."""

import json
import os
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from web import static_files
from web.static_files import SOURCES, read_manifest


def test_without_a_build_the_sources_are_served(tmp_path: Path) -> None:
    app = Flask("bare", static_folder=None)
    static_files.install(app, built=tmp_path)

    with app.test_client().get("/static/parts/tokens.css") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "text/css"
        assert answer.cache_control.no_cache


def test_built_files_may_be_kept_for_ever(tmp_path: Path) -> None:
    (tmp_path / "public-A1.css").write_text("a{}")
    (tmp_path / "manifest.json").write_text(json.dumps({"public.css": "public-A1.css"}))
    app = Flask("bare", static_folder=None)
    static_files.install(app, built=tmp_path)

    with app.test_request_context("/"):
        address = app.jinja_env.globals["asset"]("public.css")  # type: ignore[operator]

    assert address == "/static/public-A1.css"
    with app.test_client().get(address) as answer:
        assert answer.get_data(as_text=True) == "a{}"
        assert answer.cache_control.immutable


def test_a_build_that_is_older_than_its_sources_is_left_alone(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"public.css": "public-A1.css"}))
    assert read_manifest(tmp_path) == {"public.css": "public-A1.css"}

    os.utime(manifest, (0, 0))

    assert read_manifest(tmp_path) == {}
    assert read_manifest(tmp_path, tmp_path / "none") == {"public.css": "public-A1.css"}


def test_only_what_pages_load_is_served(client: FlaskClient) -> None:
    for name in ("package.json", "build.mjs", "../app.py", "parts/../package.json"):
        assert client.get(f"/static/{name}").status_code == 404, name


def test_the_sources_load_nothing_from_elsewhere() -> None:
    own = [path for path in SOURCES.rglob("*.css") if "node_modules" not in path.parts]

    assert own
    for path in own:
        text = path.read_text()
        assert "http:" not in text, path
        assert "https:" not in text, path
        assert "//" not in text.replace("/*", "").replace("*/", ""), path
