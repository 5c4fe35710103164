"""What we keep, why, how long, and how to have it removed."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from subscribers.lists import all_lists
from web.entrance import anyone
from web.session import session, settings

pages = Blueprint("privacy", __name__)


@pages.get("/privacy")
@anyone
def show() -> ResponseReturnValue:
    senders = {found.sender.id: found.sender for found in all_lists(session())}
    return render_template(
        "public/privacy.html",
        senders=list(senders.values()),
        pending_days=settings().pending_days,
    )
