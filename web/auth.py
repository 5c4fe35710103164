"""Who is at the desk: the browser's session, and what its holder may do.

    @pages.post("/desk/issues/<int:number>/start")
    @staff_may(Act.SEND)
    def start(number: int) -> ResponseReturnValue: ...

The secret of a session lives in the signed cookie; its row is looked up at each
request, so that signing out, or removing somebody, works at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import flask
from flask import Flask, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from newsletter.language import LANGUAGES
from newsletter.staff import sign_in
from newsletter.staff.models import Staff, StaffRole
from newsletter.staff.roles import Act, may
from web import language
from web.entrance import declare, entrance
from web.session import house, now

View = TypeVar("View", bound=Callable[..., object])

PREFIX = "staff: "
_LANGUAGE = "lang"
_SECRET = "desk"  # noqa: S105 - the name of the cookie's field


@dataclass(frozen=True)
class SignedIn:
    """The person of this request; no row, so that it outlives its session."""

    id: int
    email: str
    role: StaffRole

    def may(self, act: str) -> bool:
        return may(self.role, act)


def staff_may(act: Act) -> Callable[[View], View]:
    """Declare a view open to staff whose role may do this act."""
    return declare(f"{PREFIX}{act}")


def signed_in() -> SignedIn | None:
    """Whoever this request comes from, when its view is for staff; else None."""
    found: SignedIn | None = g.get("staff")
    return found


def me() -> SignedIn:
    """The same inside a view for staff, where there is always somebody."""
    found = signed_in()
    assert found is not None
    return found


def enter(secret: str) -> None:
    """Remember a session in the browser; whatever the cookie held before is gone."""
    flask.session.clear()
    flask.session.permanent = True
    flask.session[_SECRET] = secret


def leave() -> str | None:
    """Forget it; returns the secret, whose row is to be deleted."""
    secret = flask.session.get(_SECRET)
    flask.session.clear()
    return secret if isinstance(secret, str) else None


def install(app: Flask) -> None:
    app.config["PERMANENT_SESSION_LIFETIME"] = sign_in.SESSION_DAYS * 24 * 3600
    # A form may lie open all morning: its token lives as long as the session.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.jinja_env.globals["signed_in"] = signed_in
    app.before_request(_check)


def _check() -> ResponseReturnValue | None:
    who = entrance()
    if who is None or not who.startswith(PREFIX):
        return None
    g.staff = _find()
    if g.staff is None:
        if request.method not in {"GET", "HEAD"}:
            abort(401)
        return redirect(url_for("desk_sign_in.ask"))
    _remember_language()
    if not g.staff.may(who.removeprefix(PREFIX)):
        abort(403)
    return None


def _remember_language() -> None:
    """Whoever asked for a language at the desk keeps it."""
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        flask.session[_LANGUAGE] = asked
    language.prefer(flask.session.get(_LANGUAGE))


def _find() -> SignedIn | None:
    secret = flask.session.get(_SECRET)
    if not isinstance(secret, str):
        return None
    # A session of its own: the request's may be a writing one, and code that commits
    # between steps must not wait behind it.
    with house().database.read() as reading:
        staff: Staff | None = sign_in.find_session(reading, secret, now=now())
        return None if staff is None else SignedIn(staff.id, staff.email, staff.role)
