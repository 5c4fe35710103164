"""Coming in and going out.

A link in a mail may be opened by a scanner before its reader sees it, so opening it
changes nothing: the page has a button.
"""

from datetime import timedelta
from math import ceil

from flask import (
    Blueprint,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from newsletter.staff import sign_in
from newsletter.staff.roles import Act
from web import auth
from web.auth import staff_may
from web.entrance import with_link
from web.language import language
from web.rate_limit import RateLimit
from web.session import now, session

# From one machine: an office full of editors on the morning of an issue.
MOST_AT_ONCE = 30
ANOTHER_EVERY = timedelta(seconds=20)
_RATE_LIMIT = "buurtpost-sign-in-links"

pages = Blueprint("desk_sign_in", __name__)


@pages.record
def _install(state: BlueprintSetupState) -> None:
    limit = RateLimit(most=MOST_AT_ONCE, every=ANOTHER_EVERY)
    state.app.extensions[_RATE_LIMIT] = limit


@pages.get("/desk/sign-in")
@with_link
def ask() -> ResponseReturnValue:
    return render_template("editors/sign_in/ask.html")


@pages.post("/desk/sign-in")
@with_link
def mail() -> ResponseReturnValue:
    """The same answer for everybody: a form must not tell who is on the staff."""
    _check_token()
    limit: RateLimit = current_app.extensions[_RATE_LIMIT]
    if wait := limit.wait(request.remote_addr or "", now=now()):
        raise TooManyRequests(retry_after=ceil(wait.total_seconds()))
    email = request.form.get("email", "")[:254]
    sign_in.ask_for_link(session(), email, language=language(), now=now())
    return render_template("editors/sign_in/look_in_your_mail.html")


@pages.get("/desk/sign-in/<secret>")
@with_link
def show(secret: str) -> ResponseReturnValue:
    if not sign_in.is_open(session(), secret, now=now()):
        return render_template("editors/sign_in/too_late.html"), 410
    return render_template("editors/sign_in/enter.html", secret=secret)


@pages.post("/desk/sign-in/<secret>")
@with_link
def enter(secret: str) -> ResponseReturnValue:
    _check_token()
    staff = sign_in.use_link(session(), secret, now=now())
    if staff is None:
        return render_template("editors/sign_in/too_late.html"), 410
    auth.enter(sign_in.open_session(session(), staff, now=now()))
    return _go(url_for("desk_today.show"))


@pages.post("/desk/sign-out")
@staff_may(Act.READ_DESK)
def leave() -> ResponseReturnValue:
    secret = auth.leave()
    if secret is not None:
        sign_in.close_session(session(), secret)
    return _go(url_for("desk_sign_in.ask"))


def _go(address: str) -> Response:
    return redirect(address, 303)


def _check_token() -> None:
    """These pages send no referrer, which is all the stricter check would add."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValueError as error:
        raise CSRFError(str(error)) from error
