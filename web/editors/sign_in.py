"""Coming in and going out.

A link in a mail may be opened by a scanner before its reader sees it, so opening it
changes nothing: the page has a button.
"""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.wrappers import Response

from newsletter.staff import sign_in
from newsletter.staff.roles import Act
from web import auth
from web.auth import staff_may
from web.entrance import with_link
from web.language import language
from web.session import now, session, settings

pages = Blueprint("desk_sign_in", __name__)


@pages.get("/desk/sign-in")
@with_link
def ask() -> ResponseReturnValue:
    return render_template("editors/sign_in/ask.html")


@pages.post("/desk/sign-in")
@with_link
def mail() -> ResponseReturnValue:
    """The same answer for everybody: a form must not tell who is on the staff."""
    _check_token()
    sign_in.mail_link(
        session(),
        email=request.form.get("email", "")[:254],
        base_url=settings().base_url,
        language=language(),
        now=now(),
    )
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
