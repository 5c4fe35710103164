"""Pictures, under the hash of what is in them: kept by browsers for ever."""

from flask import Blueprint, Response, abort, send_file
from flask.typing import ResponseReturnValue

from newsletter.media import UnknownPicture, mime_of, path_of
from web.entrance import anyone
from web.session import settings
from web.static_files import KEPT_SECONDS

pages = Blueprint("media", __name__)


@pages.get("/media/<hash>")
@anyone
def serve(hash: str) -> ResponseReturnValue:  # noqa: A002 - the contract's word
    try:
        path = path_of(settings().media, hash)
    except UnknownPicture:
        abort(404)
    response: Response = send_file(
        path.absolute(), mimetype=mime_of(hash), max_age=KEPT_SECONDS
    )
    response.cache_control.public = True
    response.cache_control.immutable = True
    # Web mail shows our pictures on its own pages.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
