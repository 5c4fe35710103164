"""Every route declares who may enter it (web/entrance.py)."""

from pathlib import Path

from flask import Flask

from database.session import open_database
from database.urls import sqlite_url
from newsletter.settings import read_settings
from web.app import create_app
from web.entrance import SESSIONLESS, entrance_of


def _app(tmp_path: Path) -> Flask:
    settings = read_settings(
        {"BUURTPOST_HOME": str(tmp_path), "BUURTPOST_SECRET_KEY": "a key for tests"}
    )
    return create_app(settings, open_database(sqlite_url(tmp_path / "none.sqlite")))


def test_every_route_declares_who_may_enter(tmp_path: Path) -> None:
    app = _app(tmp_path)

    undeclared = {
        endpoint
        for endpoint, view in app.view_functions.items()
        if entrance_of(view) is None
    }

    assert undeclared == set()


def test_outside_the_public_pages_every_route_asks_for_a_staff_act(
    tmp_path: Path,
) -> None:
    app = _app(tmp_path)

    for endpoint, view in app.view_functions.items():
        who = entrance_of(view)
        if view.__module__.startswith(("web.public", "web.static_files")):
            assert who in SESSIONLESS, endpoint
        else:
            assert who is not None, endpoint
            assert who in SESSIONLESS or who.startswith("staff: "), endpoint
