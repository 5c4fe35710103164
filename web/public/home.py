"""The front page: what this is, the form to get it, and what was sent last."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from newsletter.archive import published
from web.entrance import anyone
from web.public.signup_form import SubscribeForm, choices
from web.session import session

SHOWN = 3  # issues on the front page

pages = Blueprint("home", __name__)


@pages.get("/")
@anyone
def home() -> ResponseReturnValue:
    return render_template(
        "public/home.html",
        form=SubscribeForm(),
        choices=choices(session()),
        wrong={},
        issues=published(session(), limit=SHOWN),
    )
