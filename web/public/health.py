"""Is the service up: asked by whatever watches it."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from database.session import DatabaseUnreachable
from web.entrance import anyone
from web.session import house

pages = Blueprint("health", __name__)


@pages.get("/health")
@anyone
def health() -> ResponseReturnValue:
    try:
        house().database.check()
    except DatabaseUnreachable:
        # Not its sentence: anyone may ask, and it names the server.
        return jsonify(status="failing", database="unreachable"), 503
    return jsonify(status="ok", database="ok")
