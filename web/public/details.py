"""What needs a fresh link: download everything, move to another address, erase.

The link was mailed to the address itself and is valid for one hour. GET changes
nothing here either.
"""

import json

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from newsletter.privacy import export, forget
from newsletter.signup import request_move
from subscribers.addresses import BadAddress
from subscribers.models import ConsentAct, Subscriber
from subscribers.own_lines import OwnLine, own_lines
from web.entrance import with_link
from web.errors import error_page
from web.language import gettext as _
from web.language import language, prefer
from web.public.signed_links import erased_behind, subscriber_behind
from web.public.signup_form import explain_address
from web.session import now, session

pages = Blueprint("details", __name__)


@pages.get("/preferences/details/<token>")
@with_link
def show(token: str) -> ResponseReturnValue:
    subscriber = _reader(token)
    if subscriber is None:
        return _too_old()
    return _page(token, subscriber, wrong={})


@pages.get("/preferences/details/<token>/download")
@with_link
def download(token: str) -> ResponseReturnValue:
    subscriber = _reader(token)
    if subscriber is None:
        return _too_old()
    document = json.dumps(export(session(), subscriber), ensure_ascii=False, indent=2)
    response = Response(document, mimetype="application/json")
    name = _("what-we-hold-of-you.json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@pages.post("/preferences/details/<token>/erase")
@with_link
def erase(token: str) -> ResponseReturnValue:
    subscriber = _reader(token)
    if subscriber is None and not erased_behind(session(), token):
        return _too_old()
    # Erased already: the same page, so that pressing twice is no riddle.
    if subscriber is not None:
        if request.form.get("sure") != "yes":
            sentence = _("Tick the box, so that we know you mean it.")
            return _page(token, subscriber, wrong={"sure": sentence}), 422
        forget(session(), subscriber, now=now())
    return render_template("public/preferences/erased.html")


@pages.post("/preferences/details/<token>/address")
@with_link
def move(token: str) -> ResponseReturnValue:
    subscriber = _reader(token)
    if subscriber is None:
        return _too_old()
    address = request.form.get("email", "")
    try:
        request_move(
            session(), subscriber, address=address, language=language(), now=now()
        )
    except BadAddress:
        sentence = explain_address(address)
        return _page(token, subscriber, wrong={"email": sentence}), 422
    return render_template("public/preferences/moving.html")


def _reader(token: str) -> Subscriber | None:
    subscriber = subscriber_behind(session(), token)
    if subscriber is not None:
        prefer(subscriber.language)
    return subscriber


def _page(token: str, subscriber: Subscriber, *, wrong: dict[str, str]) -> str:
    return render_template(
        "public/preferences/details.html",
        token=token,
        subscriber=subscriber,
        lines=[(line, _said(line)) for line in own_lines(session(), subscriber)],
        wrong=wrong,
        typed=request.form.get("email", ""),
    )


def _said(line: OwnLine) -> str:
    """What happened, before the words it was about."""
    said = {
        ConsentAct.REQUESTED: _("You asked for it with a form"),
        ConsentAct.CONFIRMED: _("You said yes"),
        ConsentAct.IMPORTED: _("Brought along from another system"),
        ConsentAct.WITHDRAWN: _("You said no more"),
    }
    return said[line.act]


def _too_old() -> ResponseReturnValue:
    return error_page(
        404,
        _("This link no longer works"),
        _(
            "It was valid for one hour. Ask for a new one on your own page: the link "
            "is at the bottom of every mail."
        ),
    )
