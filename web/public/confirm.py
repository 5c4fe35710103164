"""Saying yes from the mailbox itself.

GET changes nothing: mail scanners open links. Only the button's POST confirms.
"""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from newsletter.signup import confirm
from web.entrance import with_link
from web.session import now, session, signer

pages = Blueprint("confirm", __name__)


@pages.get("/confirm/<token>")
@with_link
def ask(token: str) -> ResponseReturnValue:  # noqa: ARG001 - the address has it
    # The same page for every token: whether one is good is known when it is used.
    return render_template("public/confirm/ask.html")


@pages.post("/confirm/<token>")
@with_link
def confirmed(token: str) -> ResponseReturnValue:
    subscription = confirm(session(), token, signer=signer(), now=now())
    if subscription is None:
        return render_template("public/confirm/too_late.html"), 410
    return render_template("public/confirm/done.html", subscription=subscription)
