"""What went wrong, as a page in the look: what, which one, what to do.

Errors of both houses carry their own sentence. They are 422: read, understood, not
done; the desk gives some a status of their own.
"""

import logging

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from database.session import DatabaseUnreachable
from newsletter.errors import NewsletterError
from subscribers.errors import SubscribersError
from web.language import gettext as _
from web.session import READING

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    app.register_error_handler(NewsletterError, _sentence)
    app.register_error_handler(SubscribersError, _sentence)
    app.register_error_handler(DatabaseUnreachable, _no_database)
    app.register_error_handler(OperationalError, _no_database)
    app.register_error_handler(DataError, _cannot_be_kept)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _surprise)


def error_page(status: int, title: str, sentence: str) -> Response:
    """The one error page; a program that sent or wants JSON gets the same in JSON."""
    if wants_json():
        return make_response(jsonify(error=sentence), status)
    page = render_template("errors/error.html", title=title, sentence=sentence)
    return make_response(page, status)


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or (
        best == "application/json" and not request.accept_mimetypes.accept_html
    )


def _sentence(error: Exception) -> ResponseReturnValue:
    return error_page(422, _("That did not work"), str(error))


def _expired(_error: CSRFError) -> ResponseReturnValue:
    return error_page(
        400,
        _("This page was open for too long"),
        _("Go back, load the page again and send it once more."),
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    title, sentence = _words(error.code)
    response = error_page(error.code, title, sentence)
    # Some statuses explain themselves in a header: Allow with 405, Retry-After.
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _words(status: int) -> tuple[str, str]:
    words = {
        401: (
            _("You are signed out"),
            _("Sign in in another tab, come back here and send it once more."),
        ),
        403: (
            _("You cannot open this page"),
            _("Sign in with an account that may, or ask a colleague."),
        ),
        404: (
            _("This page is not here"),
            _("The address may be mistyped, or the page has moved."),
        ),
        405: (
            _("This page works differently"),
            _("Go back and use the button on the page itself."),
        ),
        413: (
            _("That is too large"),
            _("Send less at once, or a smaller file. Your other work is kept."),
        ),
        429: (
            _("That was a lot at once"),
            _("Wait a minute, then try again."),
        ),
    }
    return words.get(
        status,
        (_("That did not work"), _("Go back, look at what you sent and try again.")),
    )


def _no_database(_error: Exception) -> ResponseReturnValue:
    log.exception("path=%s database unreachable", request.url_rule)
    response = error_page(
        503,
        _("We are away for a moment"),
        _("Nothing was changed. Try again in a few minutes."),
    )
    response.headers["Retry-After"] = "120"
    return response


def _cannot_be_kept(_error: Exception) -> ResponseReturnValue:
    """A sign or a number that no database takes: made by a program, not a person."""
    status = 404 if request.method in READING else 400
    return error_page(status, *_words(status))


def _surprise(_error: Exception) -> ResponseReturnValue:
    # The rule, not the path: a path may hold somebody's signed link.
    log.exception("path=%s failed", request.url_rule)
    return error_page(
        500,
        _("Something broke on our side"),
        _("Nothing was changed. Try again later; we can see what happened."),
    )
